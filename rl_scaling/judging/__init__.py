"""How good a policy is: on people whom training never drew, against peers of other kinds, and what each part brings."""
