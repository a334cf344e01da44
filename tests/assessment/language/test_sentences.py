"""Finished English sentences are taken apart again, so that what was filled in is translated too."""

from __future__ import annotations

import pytest

from assessment.language.sentences import Sentences

KNOWN = {
    "Grip strength": "악력",
    "Five-times chair stand": "의자에서 일어서기(5회)",
    "sarcopenia": "근감소증",
    "and": "및",
    "squat": "스쿼트",
    "right": "오른쪽",
    "left": "왼쪽",
    "Forces are estimated. Read them with care.": "힘은 추정값입니다. 주의해서 보십시오.",
    "No stride was seen.": "보폭이 보이지 않습니다.",
    "The trial's name says {hint}.": "시행 이름은 {hint}입니다.",
    "{share} of it is noise.": "그중 {share}가 잡음입니다.",
    "Meets the {label} criterion of {title} ({grounds}).{found}": "{title}: {label} 기준 충족({grounds}).{found}",
    "{shown} ({error}), {limit} with a probability of {value} %": "{shown}({error}), {limit}일 확률 {value} %",
    "standard error {error} {unit}": "표준오차 {error} {unit}",
    " Found: {label}.": " 소견: {label}.",
    "{name} was not used: {reasons}": "{name}은(는) 사용하지 않았습니다: {reasons}",
    "A set {{x}} of {n}.": "{n}의 집합 {{x}}.",
}


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("Grip strength", "악력"),
        ("grip strength", "악력"),
        ("The trial's name says squat.", "시행 이름은 스쿼트입니다."),
        ("12% of it is noise. No stride was seen.", "그중 12%가 잡음입니다. 보폭이 보이지 않습니다."),
        (
            "No stride was seen. Forces are estimated. Read them with care. Nobody knows this one.",
            "보폭이 보이지 않습니다. 힘은 추정값입니다. 주의해서 보십시오. Nobody knows this one.",
        ),
        (
            "Meets the sarcopenia criterion of AWGS 2019 (five-times chair stand 13.6 s (standard error 0.9 s), ≥ 12 s "
            "with a probability of 97 %; grip strength 17.2 kg < 18 kg). Found: sarcopenia.",
            "AWGS 2019: 근감소증 기준 충족(의자에서 일어서기(5회) 13.6 s(표준오차 0.9 s), ≥ 12 s일 확률 97 %; "
            "악력 17.2 kg < 18 kg). 소견: 근감소증.",
        ),
        ("squats_1: No stride was seen.", "squats_1: 보폭이 보이지 않습니다."),
        (
            "walk was not used: No stride was seen. 5% of it is noise.",
            "walk은(는) 사용하지 않았습니다: 보폭이 보이지 않습니다. 그중 5%가 잡음입니다.",
        ),
        ("right and left", "오른쪽 및 왼쪽"),
        ("right 1.49, left 1.50", "오른쪽 1.49, 왼쪽 1.50"),
        ("A set {x} of 3.", "3의 집합 {x}."),
        ("  No stride was seen. ", "  보폭이 보이지 않습니다. "),
    ],
)
def test_known_sentences_and_what_is_filled_in(english: str, expected: str) -> None:
    assert Sentences(KNOWN).translate(english) == expected


@pytest.mark.parametrize("text", ["", " ", "Nobody knows this one.", "{odd} %s {0}", "right of way", "1.25", ": ", "("])
def test_what_is_not_known_stays_as_it_is(text: str) -> None:
    assert Sentences(KNOWN).translate(text) == text


def test_a_long_text_is_translated_sentence_by_sentence() -> None:
    known, unknown = "5% of it is noise.", "Nobody knows this (one, or that; and so: on."
    translated = Sentences(KNOWN).translate(" ".join([known, unknown] * 100))
    assert translated == " ".join(["그중 5%가 잡음입니다.", unknown] * 100)
