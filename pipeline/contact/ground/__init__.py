"""The ground: soles of the feet, the floor and steps under them, and which points stand when."""
