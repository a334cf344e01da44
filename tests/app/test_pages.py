"""The browser app page by page, without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.viewer_reading import unpack
from tests.assessment.session_builder import build_session

APP = Path(__file__).parents[2] / "streamlit_app.py"
TIME_LIMIT_S = 240


def _texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error, app.warning, app.info, app.subheader, app.title)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def _fresh() -> AppTest:
    return AppTest.from_file(str(APP), default_timeout=TIME_LIMIT_S).run()


def _field(app: AppTest, name: str) -> Any:
    """The form field of this name, whichever source it belongs to."""
    (field,) = [one for one in (*app.number_input, *app.selectbox) if str(one.key).startswith(f"{name}-")]
    return field


def _drop(app: AppTest, archive: Path) -> AppTest:
    app.file_uploader(key="upload").set_value((archive.name, archive.read_bytes(), "application/zip"))
    return app.run()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upload")
    session = build_session(folder, "pick_up")
    return Path(shutil.make_archive(str(folder / session.name), "zip", folder, session.name))


@pytest.fixture(scope="module")
def assessed(archive: Path) -> Iterator[AppTest]:
    app = _drop(_fresh(), archive)
    _field(app, "age_years").set_value(72.0)
    _field(app, "load_kg").set_value(3.0)
    app.button[-1].click().run()
    assert not app.exception
    yield app


@pytest.mark.parametrize("page", ["skeleton"])
def test_pages_without_a_result_say_what_to_do(page: str) -> None:
    app = _fresh().switch_page(f"app/pages/{page}.py").run()
    assert not app.exception
    assert "no result yet" in _texts(app)


def test_what_is_no_archive_gets_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "notes.zip"
    path.write_text("not a zip")
    app = _drop(_fresh(), path)
    assert not app.exception
    assert len(app.error) == 1
    assert "zip" in app.error[0].value.lower()


def test_found_trials_and_missing_answers_are_shown(archive: Path) -> None:
    app = _drop(_fresh(), archive)
    assert list(app.dataframe[0].value["trial"]) == ["neutral", "pick_up"]
    assert _field(app, "height_m").value == pytest.approx(1.56)
    assert _field(app, "age_years").value is None


def test_running_without_height_says_what_is_missing(tmp_path: Path) -> None:
    session = build_session(tmp_path, "pick_up")
    metadata = session / "sessionMetadata.yaml"
    metadata.write_text("".join(line for line in metadata.open() if not line.startswith("height_m")))
    app = _drop(_fresh(), Path(shutil.make_archive(str(tmp_path / session.name), "zip", tmp_path, session.name)))
    assert _field(app, "height_m").value is None
    app.button[-1].click().run()
    assert "height" in " ".join(error.value for error in app.error)


def test_curves_show_angles_and_moments_of_three_joints(assessed: AppTest) -> None:
    app = assessed.switch_page("app/pages/curves.py").run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 3
    app.get("button_group")[0].set_value(["moment"]).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 3


def test_skeleton_moves_and_says_where_its_forces_come_from(assessed: AppTest) -> None:
    app = assessed.switch_page("app/pages/skeleton.py").run()
    assert not app.exception
    header, _ = unpack(app.get("bidi_component")[0].proto.bytes)
    assert "Contact forces: estimated" in header["texts"]["description"]
    # The object typed into the form weighs on the hands.
    assert "load_r" in [arrow["name"] for arrow in header["arrows"]]


def _metadata(session: Path, **changes: str) -> None:
    path = session / "sessionMetadata.yaml"
    lines = [line for line in path.read_text().splitlines() if line.split(":")[0] not in changes]
    path.write_text("\n".join([*lines, *(f"{key}: {value}" for key, value in changes.items() if value)]))


def _zip(folder: Path, session: Path) -> Path:
    return Path(shutil.make_archive(str(folder / "session"), "zip", folder, session.name))


def test_a_second_upload_of_the_same_name_is_another_person(tmp_path: Path) -> None:
    archives = []
    for name, trial, height, mass in (("one", "pick_up", "1.78", "72"), ("two", "walk", "", "60")):
        folder = tmp_path / name
        session = build_session(folder, trial)
        _metadata(session, height_m=height, mass_kg=mass)
        archives.append(_zip(folder, session))
    app = _drop(_fresh(), archives[0])
    assert (_field(app, "height_m").value, _field(app, "mass_kg").value) == (1.78, 72.0)
    _field(app, "age_years").set_value(80.0)
    app.run()
    app = _drop(app, archives[1])
    assert list(app.dataframe[0].value["trial"]) == ["neutral", "walk"]
    assert (_field(app, "height_m").value, _field(app, "mass_kg").value) == (None, 60.0)
    assert _field(app, "age_years").value is None


def test_the_example_after_an_upload_brings_its_own_person(archive: Path, tmp_path: Path) -> None:
    session = build_session(tmp_path, "pick_up")
    _metadata(session, height_m="1.78", mass_kg="72", sex="m")
    app = _drop(_fresh(), _zip(tmp_path, session))
    app.button(key="example").click().run()
    values = [_field(app, name).value for name in ("height_m", "mass_kg", "sex", "age_years")]
    assert values == [1.56, 58.0, "f", 72.0]


def test_markdown_in_a_file_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    session = build_session(tmp_path, "pick_up")
    _metadata(session, height_m='"![a](http://127.0.0.1:9/x.png)"')
    app = _drop(_fresh(), _zip(tmp_path, session))
    shown = _texts(app)
    assert "127.0.0.1:9" in shown
    assert "![a](" not in shown
