"""Tests of the clinical report."""
