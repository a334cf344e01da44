"""The manifest of a cohort: which visits there are, of whom, and where their recordings lie (docs/cohorts.md)."""

from assessment.cohort.manifest.folder import manifest_in, read_folder
from assessment.cohort.manifest.reading import Manifest, read_manifest
from assessment.cohort.manifest.template import write_template

__all__ = ["Manifest", "manifest_in", "read_folder", "read_manifest", "write_template"]
