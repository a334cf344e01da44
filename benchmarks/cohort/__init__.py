"""Benchmark of cohorts: speed, memory, growth, several machines, faults and resuming, on synthetic sessions."""
