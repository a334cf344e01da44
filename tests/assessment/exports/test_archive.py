"""The zip, OpenCap's dashboard and the command."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from assessment.cli import app
from assessment.exports import FORMATS, export_archive
from assessment.exports.content import identified
from assessment.exports.dashboard import DOES_NOT_MEET, MEETS, OPEN, dashboard
from assessment.summary import Summary
from models.errors import SettingsError
from tests.assessment.exports.results import visit, write_results


def archive(folder: Path, summary: Summary, **options: object) -> dict[str, bytes]:
    data = export_archive(folder, summary, visit(), deidentified=False, **options)  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_everything_is_in_the_zip_and_the_readme_says_what_it_is(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r", synthetic=True)
    files = archive(tmp_path / "r", summary, pdf=b"%PDF-1.7")
    assert set(files) == {
        "fhir/bundle.json", "csv/indicators.csv", "csv/trials.csv", "json/summary.json", "json/visit.json",
        "parquet/indicators.parquet", "parquet/trials.parquet", "parquet/curves/5xSTS.parquet",
        "parquet/cycles/5xSTS.parquet", "dashboard/5xSTS.json", "opensim/OpenSimData/_scaled.osim",
        "opensim/OpenSimData/a.mot", "report.pdf", "README.txt",
    }  # fmt: skip
    readme = files["README.txt"].decode()
    for place in {name.split("/")[0] for name in files} - {"README.txt"}:
        assert place in readme
    assert "SYNTHETIC" in readme
    assert "not de-identified" in readme
    # A signature is of this very file.
    assert files["json/summary.json"] == (tmp_path / "r" / "summary.json").read_bytes()
    assert json.loads(files["json/visit.json"])["operator"] == "operator text"


def test_tables_agree_and_keep_reasons_of_withheld_values(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    files = archive(tmp_path / "r", summary, formats=("csv", "parquet"))
    csv = pd.read_csv(io.BytesIO(files["csv/indicators.csv"]))
    parquet = pd.read_parquet(io.BytesIO(files["parquet/indicators.parquet"]))
    assert list(csv.columns) == list(parquet.columns)
    assert list(csv["value"].fillna(-1)) == pytest.approx(list(parquet["value"].fillna(-1)))
    withheld = parquet[parquet["quality"] == "withheld"]
    assert list(withheld["reasons"]) == ["No rise is seen in this trial."]
    curves = pd.read_parquet(io.BytesIO(files["parquet/curves/5xSTS.parquet"]))
    pd.testing.assert_frame_equal(curves, pd.read_csv(tmp_path / "r" / "Tables" / "a_curves.csv"))


def test_the_same_session_gives_the_same_zip(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    once, again = (export_archive(tmp_path / "r", summary, visit(), deidentified=False) for _ in range(2))
    assert once == again


def test_no_file_from_outside_the_results_comes_along(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    (tmp_path / "secret.mot").write_text("secret", encoding="utf-8")
    (tmp_path / "r" / "OpenSimData" / "other.mot").write_text("secret", encoding="utf-8")
    (tmp_path / "r" / "OpenSimData" / "a.mot").unlink()
    (tmp_path / "r" / "OpenSimData" / "a.mot").symlink_to(tmp_path / "secret.mot")
    with pytest.raises(SettingsError, match="outside the folder"):
        archive(tmp_path / "r", summary)
    (tmp_path / "r" / "OpenSimData" / "a.mot").unlink()
    assert not [name for name, data in archive(tmp_path / "r", summary).items() if b"secret" in data]


def test_names_of_trials_stay_inside_the_zip(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    trials = [summary.trials[0].model_copy(update={"name": name}) for name in ("../../up", "a/b", "A/B")]
    files = archive(tmp_path / "r", summary.model_copy(update={"trials": trials}), formats=("dashboard",))
    assert not any(".." in name or name.startswith("/") for name in files)
    assert len(files) == 4


def test_the_dashboard_has_usable_values_only_and_limits_only_from_criteria(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    shown = dashboard(identified(tmp_path / "r", summary, visit()))
    # The trial that failed has nothing to show.
    assert set(shown) == {"5xSTS"}
    metrics = shown["5xSTS"]["metrics"]
    assert set(metrics) == {
        "five_times_sit_to_stand_time", "peak_knee_extension_moment_per_kg_r", "peak_knee_extension_moment_per_kg_l"
    }  # fmt: skip
    time = metrics["five_times_sit_to_stand_time"]
    assert (time["label"], time["value"], time["decimal"]) == ("Five-times sit-to-stand time (s)", 13.6, 1)
    # AWGS 2019: 12 s, with 1.96 standard errors to either side, in which the criterion is open.
    assert time["min_limit"] == 10.24
    assert time["max_limit"] == 13.76
    assert time["colors"] == [DOES_NOT_MEET, OPEN, MEETS]
    assert "AWGS 2019" in time["info"]
    moment = metrics["peak_knee_extension_moment_per_kg_r"]
    assert not {"min_limit", "max_limit"} & set(moment)
    assert moment["colors"] == [OPEN] * 3
    assert (time["std"], moment["std"]) == (0.9, 0.08)
    assert (moment["value"], moment["label"]) == (1.1, "Peak knee extension moment per body mass, right (Nm/kg)")
    assert "0.7 to 1.5" in moment["info"]


def test_a_deidentified_zip_refuses_the_report(tmp_path: Path) -> None:
    summary = write_results(tmp_path / "r")
    with pytest.raises(SettingsError, match="no PDF report"):
        export_archive(tmp_path / "r", summary, visit(), deidentified=True, formats=("csv",), pdf=b"%PDF-1.7")


def run(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, ["export-results", *map(str, arguments)])


def test_the_command_writes_the_formats_asked_for(tmp_path: Path) -> None:
    write_results(tmp_path / "r")
    out = tmp_path / "out.zip"
    result = run(
        tmp_path / "r", "--out", out, "--format", "csv,fhir", "--study-code", "P-1", "--visit-date", "2026-11-19"
    )
    assert result.exit_code == 0, result.stderr
    with zipfile.ZipFile(out) as opened:
        assert set(opened.namelist()) == {"csv/indicators.csv", "csv/trials.csv", "fhir/bundle.json", "README.txt"}
        bundle = json.loads(opened.read("fhir/bundle.json"))
    assert bundle["entry"][0]["resource"]["identifier"][0]["value"] == "P-1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.zip", "r"]


def test_the_command_exports_without_identity_and_without_a_code(tmp_path: Path) -> None:
    write_results(tmp_path / "r")
    result = run(tmp_path / "r", "--out", tmp_path / "out.zip", "--de-identified", "--without-motion")
    assert result.exit_code == 0, result.stderr
    with zipfile.ZipFile(tmp_path / "out.zip") as opened:
        assert not any("curves" in name for name in opened.namelist())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--study-code"),
        (("--study-code", "P-1", "--format", "xml"), f"Accepted: {', '.join(FORMATS)}"),
        (("--study-code", "P-1", "--format", ","), "There is no format"),
        (("--study-code", "x" * 41), "40"),
        (("--study-code", "P-1", "--de-identified"), "holds no code of the person"),
    ],
)
def test_what_is_missing_or_not_known_is_one_clear_message(
    tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    write_results(tmp_path / "r")
    result = run(tmp_path / "r", "--out", tmp_path / "out.zip", *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "out.zip").exists()


def test_what_is_there_is_kept_and_a_folder_that_is_not_is_said(tmp_path: Path) -> None:
    write_results(tmp_path / "r")
    (tmp_path / "out.zip").write_text("precious", encoding="utf-8")
    kept = run(tmp_path / "r", "--out", tmp_path / "out.zip", "--de-identified")
    assert kept.exit_code == 2
    assert "--overwrite" in kept.stderr
    assert (tmp_path / "out.zip").read_text(encoding="utf-8") == "precious"
    absent = run(tmp_path / "r", "--out", tmp_path / "no" / "out.zip", "--de-identified")
    assert absent.exit_code == 2
    assert "cannot be written" in absent.stderr
