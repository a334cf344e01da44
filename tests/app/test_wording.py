"""Nothing that can be read diagnoses, and what an error asks for is there where it is read (docs/wording.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from assessment.cli import app
from assessment.exports.readme import DEIDENTIFIED, FOLDERS, IDENTIFIED, MOTION
from assessment.language.catalogues import Domain, catalogue
from assessment.summary import NOT_A_DIAGNOSIS

ROOT = Path(__file__).parents[2]
# Each of these words can turn a measurement into a verdict on a person.
VERDICTS = re.compile(
    r"sarcopen|abnormal|patholog|\bhealthy|\bhealthier|\bnormal\b|\bat risk\b|impair|deficit|diagnos"
    r"|\bpatients? (is|are|has|have|shows?)\b|\bsuffer|\bdiseased?\b|disorder|\bfrail"
    r"|\bis positive\b|\bpositive for\b",
    re.IGNORECASE,
)
KOREAN_VERDICTS = re.compile(
    "근감소|정상|건강[하한]|이상 (없|소견)|이상이 (있|없)|환자|위험군|질환|질병"
    "|진단|확진|병적|장애|의심|소견|양성|음성|노쇠"
)
# Why each may stand: read one by one against docs/wording.md. Anything else with such a word fails.
LABELS = {
    "possible sarcopenia", "probable sarcopenia", "confirmed sarcopenia", "severe sarcopenia", "sarcopenia", "at risk",
}  # fmt: skip
"""Names of published criteria: never on their own, only as "Meets the ... criterion of ..." (assessment/criteria)."""
SAYS_THAT_IT_IS_NONE = re.compile(
    r"\bNot a diagnosis\b|\bNone of this is a diagnosis\b|^Measurements of movement alone never"
)
NO_CUT_OFF = re.compile(r"no (published )?cut-offs?|cut-off for sarcopenia exists|no definition of sarcopenia")
OF_A_STUDY = re.compile(r"^[A-Z]\w+ \d{4} \(|doi:|\d{4};\d+|\. [A-Z][\w ]+ \d{4}$|\bet al\. ")
STATISTICS = re.compile(r"normal distribution")
NAMES_OF_TRIALS = "known_names.toml"

# Only somebody at the command line can give a model of their own or a folder of results.
COMMAND_ONLY = {
    "Give another folder as --out.",
    "Give --overwrite to replace them, or another --out.",
    "Give another value, or leave the option out; --help tells what happens then.",
    "Check the study code, and --user where people log in.",
    # Of cohorts, which are run at the command line.
    "Look at the log for where it stopped. Its files or the machine's memory are the likely cause; fewer --workers "
    "leave more memory for each.",
    "Cut the recording to the movement itself, or allow more memory (--memory-limit-gb), and run again.",
    "Cut the recording to the movement itself, or allow more time (--time-limit-s), and run again.",
    "Add a machine with `ray start --address ADDRESS`.",
    "Start a cluster with `ray start --head` and give the address that it prints as --ray-address, or leave the option "
    "out for this machine alone, or give --serial to do without Ray.",
    "Wait for it to end, or give another --out.",
    "Give a folder that can be written as --out.",
    "Give as --out a new or empty folder, or the one of an earlier run of the cohort.",
    "Give the folder that was --out of `python -m assessment cohort`; or of `python -m assessment run`: it holds one "
    "results folder a person.",
}
MODEL_OF_ONES_OWN = re.compile(r"--ik-engine opensim|leave out --model")
OPTION = re.compile(r"(?<![\w-])--[a-z]")
FIELD = re.compile(r"form field '([^']+)'")
KOREAN_FIELD = re.compile(r"'([^']+)' 입력란")


def _pairs(domain: Domain) -> Iterator[tuple[str, str]]:
    for message in catalogue("ko", domain):
        if isinstance(message.id, str):
            yield message.id, str(message.string)
        else:
            yield from zip(message.id, (*message.string, *message.string), strict=False)


def _in_tables() -> Iterator[str]:
    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                yield from texts(one)

    for file in sorted((ROOT / "assessment").rglob("*.toml")):
        if file.name != NAMES_OF_TRIALS:
            yield from texts(tomllib.loads(file.read_text(encoding="utf-8")))


def _in_templates() -> Iterator[str]:
    for file in sorted((ROOT / "assessment" / "report" / "templates").iterdir()):
        yield from file.read_text(encoding="utf-8").splitlines()


def _may_stand(text: str) -> bool:
    return (
        text in LABELS
        or NOT_A_DIAGNOSIS in text
        or any(rule.search(text) for rule in (SAYS_THAT_IT_IS_NONE, NO_CUT_OFF, OF_A_STUDY, STATISTICS))
    )


def diagnosing(texts: Iterator[str]) -> list[str]:
    """Texts that make a verdict on a person of a measurement."""
    return [text for text in texts if VERDICTS.search(text) and not _may_stand(text)]


@pytest.mark.parametrize("domain", ["app", "results"])
def test_no_message_diagnoses(domain: Domain) -> None:
    assert diagnosing(english for english, _ in _pairs(domain)) == []


def test_no_table_template_or_readme_diagnoses() -> None:
    assert diagnosing(_in_tables()) == []
    assert diagnosing(_in_templates()) == []
    assert diagnosing(iter((*FOLDERS.values(), DEIDENTIFIED, IDENTIFIED, MOTION))) == [FOLDERS["fhir/"]], "a FHIR term"


def test_no_help_of_a_command_diagnoses() -> None:
    def helps(command: object) -> Iterator[str]:
        yield getattr(command, "help", None) or ""
        for option in getattr(command, "params", ()):
            yield getattr(option, "help", None) or ""
        for name in getattr(command, "commands", ()):
            yield from helps(command.get_command(None, name))  # type: ignore[attr-defined]

    said = list(helps(get_command(app)))
    assert len(said) > 100
    assert diagnosing(iter(said)) == []


@pytest.mark.parametrize("domain", ["app", "results"])
def test_korean_says_no_more_than_the_english(domain: Domain) -> None:
    """A verdict's word stands only where the English, which was judged above, has one too."""
    found = [
        korean
        for english, korean in _pairs(domain)
        if KOREAN_VERDICTS.search(korean.replace("정상분포", "")) and not VERDICTS.search(english)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "The patient has sarcopenia.", "Severe sarcopenia", "Gait speed is abnormal.", "Normal", "Sarcopenic",
        "The person is at risk.", "Diagnosis: {label}", "Not healthy", "Case finding is positive ({grounds}).",
    ],
)  # fmt: skip
def test_a_verdict_would_be_found(text: str) -> None:
    assert diagnosing(iter([text])) == [text]


@pytest.mark.parametrize(
    "text", ["근감소증입니다.", "정상", "이상 없음", "고위험군", "진단: {label}", "근력 저하가 의심됩니다."]
)
def test_a_korean_verdict_would_be_found(text: str) -> None:
    assert KOREAN_VERDICTS.search(text)


def _labels() -> dict[str, str]:
    """Labels of the form, without their units, in English and Korean."""
    return {english.split(" [")[0]: korean.split(" [")[0] for english, korean in _pairs("app")}


def test_what_names_an_option_names_the_field_of_the_form_too() -> None:
    """An error is read in the browser as well as at the command line."""
    unhelpful = [
        english
        for domain in ("app", "results")
        for english, _ in _pairs(domain)
        if OPTION.search(english) and english not in COMMAND_ONLY and not MODEL_OF_ONES_OWN.search(english)
        if not FIELD.search(english) and "on the command line" not in english.lower() and "the Runs page" not in english
    ]
    assert unhelpful == []


def test_fields_are_named_as_on_the_form() -> None:
    labels = _labels()
    fields = [
        (field, korean, shown)
        for english, korean in _pairs("results")
        for field, shown in zip(FIELD.findall(english), KOREAN_FIELD.findall(korean), strict=True)
    ]
    assert len(fields) > 10
    assert [field for field, _, _ in fields if field not in labels] == []
    assert [korean for field, korean, shown in fields if labels[field] != shown] == []


def test_pages_are_named_as_in_the_menu() -> None:
    runs = dict(_pairs("app"))["Runs"]
    wrong = [
        korean for english, korean in _pairs("results") if "the Runs page" in english and f"'{runs}'" not in korean
    ]
    assert wrong == []
