"""`python -m assessment.language extract`: bring the .po files up to date and list what is not translated."""

from __future__ import annotations

import typer

from assessment.language.catalogues import Domain
from assessment.language.extraction import update
from assessment.language.texts import LANGUAGES

app = typer.Typer(add_completion=False)
DOMAINS: tuple[Domain, ...] = ("app", "results")


@app.callback()
def main() -> None:
    """Texts of the app, the report and the results in other languages."""


@app.command()
def extract() -> None:
    """Update the .po files from the code; prints the messages that have no translation."""
    for language in LANGUAGES:
        for domain in DOMAINS if language != "en" else ():
            missing = update(language, domain)
            for message in missing:
                typer.echo(f"{language}/{domain}: {message}")
            typer.echo(f"{language}/{domain}: {len(missing)} without a translation")


if __name__ == "__main__":
    app()
