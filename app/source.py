"""What the user chose to assess: an uploaded archive or the bundled example, read into a session."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.state import workspace
from assessment.example import EXAMPLE, EXAMPLE_AGE_YEARS
from pipeline.session import Session, find_sessions, read_session


@dataclass(frozen=True)
class Source:
    """A session to assess.

    Attributes
    ----------
    key : str
        Different for every choice, also for a second upload of the same name: nothing of one may be shown for another.
    age_years : float or None
        Known only of the example.
    """

    key: str
    session: Session
    age_years: float | None


_SOURCE, _UPLOAD = "source", "seen_upload"


def chosen_source() -> Source | None:
    """Let the user choose; None until they have.

    Raises
    ------
    SarcoscopeError
        What was uploaded cannot be read as a session.
    """
    upload = st.file_uploader(
        "OpenCap session (.zip)", type=["zip"], key="upload", help="As downloaded from OpenCap; videos are skipped."
    )
    if st.button("Use the synthetic example", key="example", icon=":material/science:"):
        _choose("example", [EXAMPLE])
    elif upload is not None and st.session_state.get(_UPLOAD) != upload.file_id:
        st.session_state[_UPLOAD] = upload.file_id
        st.session_state.pop(_SOURCE, None)
        folder = workspace() / "upload"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # The name is the user's; only its last part is used, and only below our own folder.
        path = folder / (Path(upload.name.replace("\\", "/")).name or "session.zip")
        with path.open("wb") as file:
            shutil.copyfileobj(upload, file)
        _choose(upload.file_id, list(find_sessions(path, folder)))
    if _SOURCE not in st.session_state:
        return None
    choice, paths = st.session_state[_SOURCE]
    index = 0
    if len(paths) > 1:
        index = st.selectbox(
            "The archive holds several sessions; choose one",
            range(len(paths)),
            format_func=lambda number: paths[number].name,
            key=f"session-{choice}",
        )
    session = read_session(paths[index], workspace() / "upload")
    return Source(f"{choice}-{index}", session, EXAMPLE_AGE_YEARS if choice == "example" else session.subject.age_years)


def _choose(choice: str, paths: list[Path]) -> None:
    st.session_state[_SOURCE] = (choice, paths)
