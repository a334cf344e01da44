"""What a scaler is given of a person, simulated or recorded: a standing pose and frames of movement."""
