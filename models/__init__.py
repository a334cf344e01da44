"""The ground floor: the body (skeleton, markers, subject) and what was learnt about it (policies)."""
