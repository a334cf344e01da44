"""Parts of the page about participants."""
