"""Filling in New assessment without a browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "streamlit_app.py"
TIME_LIMIT_S = 120


def fresh(**address: str) -> AppTest:
    """The app as somebody opens it."""
    opened = AppTest.from_file(str(APP), default_timeout=TIME_LIMIT_S)
    for key, value in address.items():
        opened.query_params[key] = value
    opened.run()
    assert not opened.exception
    return opened


def drop(page: AppTest, archive: Path) -> AppTest:
    """Drop a zip."""
    uploader = page.file_uploader[0]
    uploader.set_value((archive.name, archive.read_bytes(), "application/zip"))
    page.run()
    assert not page.exception
    return page


def other_recordings(page: AppTest) -> AppTest:
    """Go back to where recordings are given."""
    return page.button(key="other").click().run()


def field(page: AppTest, name: str) -> Any:
    """The form field of this name, whichever person it belongs to."""
    kinds = (page.number_input, page.selectbox, page.text_input, page.date_input, page.text_area, page.multiselect)
    (found,) = [one for kind in kinds for one in kind if str(one.key).startswith(f"{name}-")]
    return found


def values(page: AppTest, *names: str) -> list[Any]:
    """Values of form fields."""
    return [field(page, name).value for name in names]


def change_metadata(session: Path, **changes: str) -> None:
    """Write other entries into a session's metadata; an empty one takes the entry out."""
    path = session / "sessionMetadata.yaml"
    lines = [line for line in path.read_text().splitlines() if line.split(":")[0] not in changes]
    path.write_text("\n".join([*lines, *(f"{key}: {value}" for key, value in changes.items() if value)]))


def zipped(session: Path, name: str = "session") -> Path:
    """A zip of a session's folder, beside it."""
    return Path(shutil.make_archive(str(session.parent / name), "zip", session.parent, session.name))
