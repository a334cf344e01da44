"""The command line: `python -m assessment run | criteria | compare | reference | ...`; `--help` lists all commands.

Messages go to standard error, so that standard output holds results only. Exit code 0: everything was assessed; 2: an
input was not accepted, with a message saying why (what could be assessed was, and is complete); 130: stopped.
"""

from __future__ import annotations

from collections.abc import Mapping

import typer

from assessment.lazy_commands import lazy_commands

COMMANDS = {
    "run": "run:run",
    "demo": "run:demo",
    "check": "check:check",
    "download": "download:download",
    "cohort": "cohort:cohort",
    "cohort-report": "cohort_report:cohort_report",
    "synthesise": "synthesise:synthesise",
    "scale": "scale:scale",
    "validate": "validate:validate",
    "crosscheck": "crosscheck:crosscheck",
    "criteria": "criteria:criteria",
    "compare": "compare:compare",
    "reference": "reference:reference",
    "report": "report:report",
    "export-results": "export_results:export_results",
    "export-markers": "export_markers:export_markers",
    "export": "store:export",
    "import": "store:import_",
    "backup": "store:backup",
    "restore": "store:restore",
    "work": "store:work",
    "catalogue": "catalogue:catalogue",
    "schema": "catalogue:schema",
}
STUDY_MODEL = {"train": "study_model:train", "apply": "study_model:apply"}


def _group(commands: Mapping[str, str], about: str) -> typer.Typer:
    return typer.Typer(
        help=about,
        cls=lazy_commands(commands),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # it would take units in brackets for markup
        pretty_exceptions_show_locals=False,  # locals could show health data in a trace
    )


app = _group(COMMANDS, "Sarcopenia assessment from OpenCap sessions: indicators of muscle function. Not a diagnosis.")
app.add_typer(
    _group(
        STUDY_MODEL,
        "A study's own logistic or ordinal model: trained on its cohort, shown only as that study's. Not a diagnosis.",
    ),
    name="study-model",
)
