"""From a session to joint moments: read, scale, inverse kinematics, contact forces, inverse dynamics."""
