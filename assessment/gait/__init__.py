"""Walking: straight passes and turns, heel strikes and toe-offs, strides and steps, curves over the cycle."""
