"""Exports of one assessed session: FHIR, CSV, JSON, Parquet, OpenCap's dashboard, a zip; identified or not."""

from assessment.exports.archive import FORMATS, Format, export_archive
from assessment.exports.fhir import fhir_bundle

__all__ = ["FORMATS", "Format", "export_archive", "fhir_bundle"]
