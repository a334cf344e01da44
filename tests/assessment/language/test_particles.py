"""Of both forms of a particle the one stays that goes with the sound before it."""

from __future__ import annotations

import pytest

from assessment.language import texts
from assessment.language.particles import choose_particles


@pytest.mark.parametrize(
    ("both", "one"),
    [
        ("보행 속도은(는) 추정값", "보행 속도는 추정값"),
        ("악력을(를) 입력", "악력을 입력"),
        ("의자에서 일어서기(5회)은(는)", "의자에서 일어서기(5회)는"),
        ("AWGS 2019은(는) AWGS 2025은(는)", "AWGS 2019는 AWGS 2025는"),
        ("평지(으)로 보행(으)로 서울(으)로", "평지로 보행으로 서울로"),
        ("시행 3이(가) 시행 2이(가)", "시행 3이 시행 2가"),
        ("SDOC을(를)", "SDOC을(를)"),
        ("시간이 (가)", "시간이 (가)"),
    ],
)
def test_particles(both: str, one: str) -> None:
    assert choose_particles(both) == one


def test_results_have_one_form() -> None:
    assert (
        texts("ko").result("Gait speed is estimated from the recording.")
        == "보행 속도는 영상 기록에서 추정한 값입니다."
    )
