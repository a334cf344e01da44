"""The de-identified preset: no planted name is left in any byte of any file, and numbers survive."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from assessment.exports import export_archive
from assessment.exports.deidentify import without_identity
from assessment.exports.sentences import LEFT_OUT, is_known
from assessment.exports.vocabulary import is_movement_name, new_trial_names
from assessment.gates import MOMENT_GATES, MOVEMENT_GATES
from assessment.summary import Summary
from tests.assessment.exports.results import ESTIMATED, visit, write_results


def exported(
    folder: Path, summary: Summary, *, word: str = "", motion: bool = True, identity: str | None = "anon-1"
) -> dict[str, bytes]:
    data = export_archive(folder, summary, visit(folder, word), deidentified=True, motion=motion, identity=identity)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def everything(name: str, data: bytes) -> str:
    """All that a file says, its own name included, with what Parquet packs unpacked."""
    text = name + data.decode("latin-1") + data.decode("utf-16-le", "ignore")
    if name.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(data))
        text += str(table.schema) + str(table.schema.metadata) + table.to_pandas().to_csv()
    return text.lower()


@pytest.mark.parametrize("word", ["Kowalski", "kowalski", "김영희", "MRN0012345"])
def test_a_name_in_every_text_is_in_no_byte_of_the_export(tmp_path: Path, word: str) -> None:
    summary = write_results(tmp_path / f"OpenCapData_{word}", word=word)
    files = exported(tmp_path / f"OpenCapData_{word}", summary, word=word)
    assert {name.split("/")[0] for name in files} == {"fhir", "csv", "json", "parquet", "dashboard", "README.txt"}
    for name, data in files.items():
        for form in (word, word.encode().decode("latin-1"), json.dumps(word).strip('"')):
            assert form.lower() not in everything(name, data), name


# What decides whether a record is known at all: planted in the test above.
CODES = ("name", "framework", "unit", "quantity", "schema_version")


def test_no_text_of_the_schema_is_forgotten(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    planted: dict[str, Any] = json.loads(summary.model_dump_json())
    count = plant(planted, planted, "Kowalski")
    assert count > 200
    files = exported(tmp_path / "r", Summary.model_validate(planted))
    for name, data in files.items():
        assert "kowalski" not in everything(name, data), name


def plant(part: Any, whole: dict[str, Any], word: str) -> int:
    """Put a word into every text that may hold any word; returns how many there are."""
    count = 0
    for key, value in list(part.items() if isinstance(part, dict) else enumerate(part)):
        if isinstance(value, dict | list):
            count += plant(value, whole, word) if key != "files" else 0
        elif isinstance(value, str) and key not in CODES:
            part[key] = word
            try:
                Summary.model_validate(whole)
            except ValidationError:
                part[key] = value  # one of a few words that the schema allows
            else:
                count += 1
    return count


def test_the_same_texts_are_in_an_identified_export(tmp_path: Path) -> None:
    # Without this the test above could pass because nothing was planted.
    summary = write_results(tmp_path / "r", word="Kowalski")
    data = export_archive(tmp_path / "r", summary, visit(tmp_path / "r", "Kowalski"), deidentified=False)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        bare = {name for name in archive.namelist() if "kowalski" not in everything(name, archive.read(name))}
    assert bare == set()


def test_codes_dates_and_hashes_are_left_out_and_numbers_stay(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    files = exported(tmp_path / "r", summary)
    text = "".join(everything(name, data) for name, data in files.items())
    for gone in (
        "p-017",
        "opencapdata",
        "2026-11",
        "deadbeefdeadbeef",
        "opensimdata",
        "10:11",
        "site text",
        "dr. who",
        "72.4",
    ):
        assert gone not in text, gone
    found = Summary.model_validate_json(files["json/summary.json"])
    assert found.session == "anon-1"
    assert found.provenance.created == "2026"
    assert json.loads(files["json/visit.json"]) == {
        "study_code": found.session, "visit_date": "2026", "chair_has_arms": None, "walk_length_m": 6.0
    }  # fmt: skip
    assert [trial.name for trial in found.trials] == ["5xSTS", "walk"]
    assert found.subject.age_years == 72.0
    assert [one.value for one in found.trials[0].indicators] == [one.value for one in summary.trials[0].indicators]
    assert found.trials[0].indicators[1].quality.reasons == [ESTIMATED]
    table = pd.read_parquet(io.BytesIO(files["parquet/curves/5xSTS.parquet"]))
    assert list(table["knee_angle_r_deg"]) == [1.0, 2.0, 3.0]
    assert [one.verdict for one in found.criteria] == [one.verdict for one in summary.criteria]
    assert found.criteria[1].sentence == "Meets possible sarcopenia of AWGS 2019."


@pytest.mark.parametrize(("age", "told"), [(89.9, 89.0), (90.0, None), (101.0, None)])
def test_ages_above_89_are_not_told(tmp_path: Path, age: float, told: float | None) -> None:
    summary = write_results(tmp_path / "r", age_years=age)
    files = exported(tmp_path / "r", summary)
    found = Summary.model_validate_json(files["json/summary.json"])
    assert found.subject.age_years == told
    assert ("Age: 90+ years." in found.warnings) == (told is None)
    values = [
        entry["resource"].get("valueString")
        for entry in json.loads(files["fhir/bundle.json"])["entry"]
        if entry["resource"].get("code", {}).get("text") == "age"
    ]
    assert values == ["90+ years" if told is None else None]


def test_two_exports_cannot_be_told_to_be_of_one_person(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    first, second = (exported(tmp_path / "r", summary, identity=None)["fhir/bundle.json"] for _ in range(2))

    def ids(data: bytes) -> set[str]:
        kinds = ("Patient", "Observation", "DiagnosticReport")
        entries = json.loads(data)["entry"]
        return {one["resource"]["id"] for one in entries if one["resource"]["resourceType"] in kinds}

    assert not ids(first) & ids(second)


def test_curves_can_be_left_out_and_the_readme_warns_of_them(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    files = exported(tmp_path / "r", summary)
    assert "How a person walks can identify them" in files["README.txt"].decode()
    still = exported(tmp_path / "r", summary, motion=False)
    assert not any("curves" in name or "cycles" in name for name in still)
    assert "How a person walks" not in still["README.txt"].decode()


def test_a_session_that_was_deidentified_is_a_valid_record(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r", word="Kowalski")
    shown = without_identity(tmp_path / "r", summary, visit(tmp_path / "r"), "anon-1").summary
    assert Summary.model_validate_json(shown.model_dump_json()) == shown
    assert shown.models[0].policy == "a policy of the user's own"
    assert [one.quality.reasons for one in shown.trials[0].indicators[:2]] == [[LEFT_OUT], [LEFT_OUT]]


@pytest.mark.parametrize("name", ["5xSTS", "walk", "walk_1", "Squats_0", "30sCST", "sitToStand2", "neutral", "10mwt"])
def test_names_of_movements_stay(name: str) -> None:
    assert is_movement_name(name)


@pytest.mark.parametrize(
    "name", ["walk_smith", "Smith", "walk_12_03", "walk_2024", "STS 19450312", "1_2_walk", "walk.1", "", "12", "x@y"]
)
def test_names_that_could_be_of_a_person_or_a_date_do_not(name: str) -> None:
    assert not is_movement_name(name)


def test_other_trials_are_numbered_by_movement_and_never_collide() -> None:
    names = new_trial_names([("squat-1", "squat"), ("Kim_a", "squat"), ("Kim_b", "squat"), ("Kim_c", "")])
    assert names == {"squat-1": "squat-1", "Kim_a": "squat-2", "Kim_b": "squat-3", "Kim_c": "trial-1"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Contact forces are estimated from the movement, not measured.",
        "Steepest over 117 ms (low-pass at 3 Hz).",
        "No marker shows mtp_angle_r, mtp_angle_l: held at the default value.",
        "The error of this number is 84% of it: what was recorded is mostly noise.",
        *(gate._reason(0.5, 0.1, "accepted") for gate in (*MOVEMENT_GATES, *MOMENT_GATES)),
    ],
)
def test_sentences_of_this_program_stay(sentence: str) -> None:
    assert is_known(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Smith",
        "7 smith",
        "smith: No rise is seen in this trial.",
        "The movement is not clearly Smith; look at the trial.",
        "smith was not used for scaling: No rise is seen in this trial.",
        "Smith:LASI is not seen in any frame; it is not used.",
        "No rise is seen in this trial. Smith.",
    ],
)
def test_sentences_with_a_word_of_somebody_elses_do_not(sentence: str) -> None:
    assert not is_known(sentence)
