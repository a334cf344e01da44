"""Tests of sessions of fictional people."""
