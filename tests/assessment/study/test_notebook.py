from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOK = ROOT / "docs" / "notebooks" / "study.ipynb"


@pytest.fixture(scope="module")
def executed() -> nbformat.NotebookNode:
    """The notebook, run again from the folder a reader opens it in."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    with pytest.MonkeyPatch.context() as patch:
        # A kernel inherits what other tests have set, and then draws nothing.
        patch.delenv("MPLBACKEND", raising=False)
        return NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()


def kinds(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """Of each cell what its outputs are."""
    return [
        [kind for output in cell.get("outputs", []) for kind in sorted(output.get("data", {output.output_type: ""}))]
        for cell in notebook.cells
    ]


def test_the_notebook_runs_and_shows_what_is_saved_with_it(executed: nbformat.NotebookNode) -> None:
    saved = kinds(nbformat.read(NOTEBOOK, as_version=4))
    assert kinds(executed) == saved
    assert sum("image/png" in kind for kind in saved) == 4
    assert not any(kind in ("error", "stream") for cell in saved for kind in cell)


def test_every_figure_and_the_template_say_that_they_are_synthetic(executed: nbformat.NotebookNode) -> None:
    figures = [cell for cell in executed.cells if "plt.show()" in cell.source]
    assert len(figures) == 4
    assert all("SYNTHETIC groups, no persons" in cell.source for cell in figures)
    templates = [
        output.data["text/html"]
        for cell in executed.cells
        if "torque_table(" in cell.source
        for output in cell.get("outputs", [])
    ]
    assert len(templates) == 1
    assert "(SYNTHETIC groups, no persons)" in templates[0]
    assert templates[0].count(">SYNTHETIC<") == 14


def test_the_saved_notebook_is_small_and_names_no_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text) < 300_000
    assert str(ROOT) not in text
    assert str(Path.home()) + "/" not in text
