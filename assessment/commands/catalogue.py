"""`python -m assessment catalogue | schema`: what the results hold, for people and for programs."""

from __future__ import annotations

import json

import typer

from assessment.indicators.listing import catalogue_page
from assessment.summary import Summary


def catalogue() -> None:
    """Print every indicator with its definition, protocol and tier, as a page in Markdown."""
    typer.echo(catalogue_page(), nl=False)


def schema() -> None:
    """Print the JSON Schema of summary.json."""
    typer.echo(json.dumps(Summary.model_json_schema(), indent=2))
