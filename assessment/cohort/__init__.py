"""Cohorts: many sessions assessed in one go, on one machine or a cluster (docs/cohorts.md)."""
