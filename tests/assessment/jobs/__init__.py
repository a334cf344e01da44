"""Tests of runs outside the app."""
