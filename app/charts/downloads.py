"""Charts to take away: as pictures, and as numbers."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.charts.as_table import csv
from app.charts.in_file import image
from app.charts.spec import PlotSpec
from app.current import Result, mine
from app.language import _
from assessment.store import audit


def offer(found: Result, specs: list[PlotSpec], name: str, heading: str) -> None:
    """Buttons for PNG, SVG and CSV; files are made when one is pressed, and every one is in the audit log.

    Parameters
    ----------
    name : str
        Of the file, without its ending; never who it is of.
    """
    store, run_id = mine(), found.run.id

    def logged(make: Callable[[], bytes]) -> Callable[[], bytes]:
        def made() -> bytes:
            audit.record(store, "exported", "run", run_id)
            return make()

        return made

    makers: dict[str, tuple[str, Callable[[], bytes]]] = {
        "png": ("image/png", lambda: image(specs, "png", heading)),
        "svg": ("image/svg+xml", lambda: image(specs, "svg", heading)),
        "csv": ("text/csv", lambda: csv(specs)),
    }
    with st.container(horizontal=True):
        for kind, (mime, make) in makers.items():
            st.download_button(
                kind.upper(),
                logged(make),
                f"{name}.{kind}",
                mime,
                key=f"{kind} of {name}",
                on_click="ignore",
                icon=":material/download:",
                help=_("What is shown above, as a file"),
            )
