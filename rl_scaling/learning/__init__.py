"""How a policy is learnt: people drawn, imitation, TD3, training, and what is kept of it."""
