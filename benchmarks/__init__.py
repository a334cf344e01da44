"""Speed and accuracy against peers: `python -m benchmarks.NAME` prints a table and saves results/NAME.json."""
