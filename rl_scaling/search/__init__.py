"""The search for scale factors: environment, least-squares step and actor; whom it refuses, how sure it is."""
