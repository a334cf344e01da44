"""The profile of a person against named reference populations, references from own cohorts, a study's own model."""

from assessment.profile.placement import Placement, place
from assessment.profile.profile import Profile, ProfileEntry, ReferenceUsed, profile, profile_of
from assessment.profile.reference import Cell, Population, Reference, load_reference, published_references, references

__all__ = [
    "Cell",
    "Placement",
    "Population",
    "Profile",
    "ProfileEntry",
    "Reference",
    "ReferenceUsed",
    "load_reference",
    "place",
    "profile",
    "profile_of",
    "published_references",
    "references",
]
