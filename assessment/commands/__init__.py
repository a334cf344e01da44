"""What the command line offers, listed by `assessment.cli`: a module a command, or for a few that belong together."""
