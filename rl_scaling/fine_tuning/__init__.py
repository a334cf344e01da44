"""A policy fine-tuned on a study: who is trained on and who is held out, before and after, a name of its own."""
