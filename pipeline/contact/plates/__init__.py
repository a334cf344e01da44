"""Force plates: what they recorded, read from files, and which foot each step belongs to."""
