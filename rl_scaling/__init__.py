"""Learning to scale: people, tasks, search, learning, judging, fine-tuning; `policy` is what came of it."""
