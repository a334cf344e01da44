"""File formats: TRC, C3D, .mot and .sto. What is in a file, never what it means."""
