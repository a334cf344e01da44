"""The generic skeleton as published parameters, its OpenSim model, its marker sets and its scale factors."""
