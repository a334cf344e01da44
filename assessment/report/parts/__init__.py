"""The sections of a clinical report, each made from results and visit into translated, formatted blocks."""
