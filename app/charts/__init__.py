"""Charts: what is drawn (`spec`), and the two that draw it: plotly on the screen, matplotlib for files."""
