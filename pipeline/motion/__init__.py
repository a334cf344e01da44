"""The filtered movement of the scaled body: speeds, accelerations, points, forces without contact."""
