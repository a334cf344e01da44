"""Tests of the published criteria."""
