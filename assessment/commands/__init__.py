"""What the command line offers, listed by `assessment.cli`: a module a command, or for a few that belong together.

`ending`, `options`, `printing`, `progress_bar` and `sessions` are what they share. A module is loaded when its command
is called. It imports at its top what the command works with, but for `cohort` and `store`: there a mistyped option, or
a command that needs little, would wait for seconds.
"""
