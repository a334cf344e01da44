"""`criteria` on the command line: one JSON object on standard output, or a table for people on standard error."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from assessment.commands.criteria import criteria

KEYS = ["awgs_2025", "awgs_2019", "ewgsop2", "sdoc", "fnih", "glis", "sit_to_stand_power"]
VERDICTS = {"meets", "does_not_meet", "indeterminate", "not_assessable"}
app = typer.Typer(rich_markup_mode=None)
app.command("criteria")(criteria)


def _run(*arguments: object) -> Result:
    # A wide terminal keeps messages in one line.
    return CliRunner(env={"COLUMNS": "1000"}).invoke(app, [str(argument) for argument in arguments])


def _json(*arguments: object) -> dict[str, Any]:
    result = _run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_everything_measured() -> None:
    found = _json(
        "--sex", "m", "--age-years", 70, "--grip-kg", 27.9, "--chair-stand-s", 12, "--gait-speed-m-s", 0.9, "--sppb", 9,
        "--tug-s", 20, "--asm-kg", 18.2, "--height-m", 1.65, "--mass-kg", 60, "--asm-method", "bia", "--calf-cm", 33.5,
        "--sarc-f", 4,
    )  # fmt: skip
    assert list(found) == KEYS
    assert {key: (one["verdict"], one["label"]) for key, one in found.items()} == {
        "awgs_2025": ("meets", "sarcopenia"),
        "awgs_2019": ("meets", "severe sarcopenia"),
        "ewgsop2": ("does_not_meet", ""),
        "sdoc": ("does_not_meet", "weak"),
        "fnih": ("does_not_meet", ""),
        "glis": ("not_assessable", ""),
        "sit_to_stand_power": ("not_assessable", ""),
    }
    assert {"grip_kg", "asm_kg", "height_m", "mass_kg", "asm_method"} <= set(found["awgs_2025"]["used"])
    assert found["awgs_2025"]["missing"] == []


def test_only_sex() -> None:
    found = _json("--sex", "f")
    assert list(found) == KEYS
    for key, one in found.items():
        assert one["verdict"] == "not_assessable"
        assert {"verdict", "label", "used", "missing", "sentence", "doi"} <= set(one)
        assert one["used"] == []
        assert bool(one["missing"]) == (key != "glis")


def test_without_age_the_other_frameworks_still_answer() -> None:
    found = _json("--sex", "m", "--grip-kg", 26)
    assert found["awgs_2025"]["missing"] == ["age_years"]
    assert found["ewgsop2"]["label"] == "probable sarcopenia"
    assert {one["verdict"] for one in found.values()} <= VERDICTS


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("--region", "asia"), ["awgs_2025"]),
        (("--region", "us", "--framework", "fnih"), ["sdoc", "fnih"]),
        (("--region", "europe", "--framework", "ewgsop2"), ["ewgsop2"]),
    ],
)
def test_a_region_has_frameworks_of_its_own_and_others_may_be_added(
    arguments: tuple[str, ...], keys: list[str]
) -> None:
    assert list(_json("--sex", "f", *arguments)) == keys


def test_standard_errors() -> None:
    exact = _json("--sex", "m", "--chair-stand-s", 12.8, "--framework", "awgs_2019")
    assert list(exact) == ["awgs_2019"]
    assert exact["awgs_2019"]["verdict"] == "meets"
    near = _json("--sex", "m", "--chair-stand-s", 12.8, "--chair-stand-se-s", 0.9, "--framework", "awgs_2019")
    assert near["awgs_2019"]["verdict"] == "indeterminate"


def test_a_walk_that_was_not_completed() -> None:
    found = _json(
        "--sex", "m", "--grip-kg", 20, "--asm-kg", 15, "--asm-method", "dxa", "--height-m", 1.7, "--walk-400m-s", "inf"
    )
    assert found["ewgsop2"]["label"] == "severe sarcopenia"


def test_for_people() -> None:
    result = _run("--sex", "f", "--age-years", 70, "--grip-kg", 17.2)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "Meets the possible sarcopenia criterion of AWGS 2025 (grip strength 17.2 kg < 18 kg)." in result.stderr
    assert "doi:10.1038/s43587-025-01004-y" in result.stderr
    assert "Not intended to diagnose" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--grip-kg", -3), "Accepted: 0 to 120 kg"),
        (("--gait-speed-m-s", "nan"), "Accepted: 0 to 4 m/s"),
        (("--age-years", 700), "Accepted: 18 to 120 years"),
        (("--height-m", 165), "Accepted: 1 to 2.3 metres"),
        (("--asm-kg", 18), "--asm-method"),
        (("--asm-method", "bia"), "--asm-kg"),
        (("--grip-se-kg", 1), "Give grip_kg as well"),
        (("--grip-kg", 20, "--grip-se-kg", -1), "at least 0, in kg"),
        (("--framework", "awgs"), "Accepted: awgs_2025"),
    ],
)
def test_wrong_input_gives_one_message_and_nothing_else(arguments: tuple[object, ...], said: str) -> None:
    result = _run("--sex", "m", *arguments, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("Error:") == 1
    assert said in result.stderr


@pytest.mark.parametrize("arguments", [(), ("--sex", "x"), ("--sex", "m", "--asm-kg", 18, "--asm-method", "mri")])
def test_sex_and_method_take_known_words_only(arguments: tuple[object, ...]) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
