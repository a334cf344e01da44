"""A report's content as one self-contained page for a browser: what `report.typ` is for paper."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assessment.report.structure import Report, Symbol

# Shapes differ, so that a meaning survives a black-and-white print.
SIGNS: dict[Symbol, str] = {
    "reported": "●", "with-caution": "▲", "withheld": "○", "met": "■", "not-met": "□", "indeterminate": "▨",
    "not-assessable": "–", "measured": "◆", "estimated": "◇", "simulated": "◈",
}  # fmt: skip


def report_page(content: Report) -> str:
    """The page; figures are drawn in it and nothing is loaded from elsewhere.

    Parameters
    ----------
    content : Report
    """
    environment = Environment(
        loader=PackageLoader("assessment.report"),
        autoescape=True,  # names of groups come from files
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("content.html.j2").render(report=content, signs=SIGNS, drawn=Markup)
