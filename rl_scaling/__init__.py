"""Learning to scale: subjects, environment, networks, TD3, training, policy, evaluation."""
