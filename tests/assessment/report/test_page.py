"""What the page `report.html` says of every published criterion, and what it says it cannot tell."""

from __future__ import annotations

import re
from html import unescape

import pytest

from assessment.report import write_report
from assessment.summary import NOT_A_DIAGNOSIS, ClinicalMeasures
from tests.assessment.report.test_content import judged, walk
from tests.assessment.uncertainty.people import chair_stand, person, save


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    summary = judged(person(chair_stand(13.64), walk()), ClinicalMeasures(grip_kg=17.2))
    # Of trials themselves nothing is looked at here; these have no recording behind them.
    summary = summary.model_copy(
        update={"trials": [one.model_copy(update={"status": "failed"}) for one in summary.trials]}
    )
    save(summary, folder)
    html = write_report(folder, summary).read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_notice_stands_word_for_word(page: str) -> None:
    assert NOT_A_DIAGNOSIS in page


def test_a_criterion_stands_with_all_that_it_rests_on(page: str) -> None:
    found = page[page.index("AWGS 2025") : page.index("AWGS 2019")]
    assert "2025 · Asia · doi:10.1038/s43587-025-01004-y" in found
    assert "Made for: Asian adults from 50 years" in found
    assert "Meets the possible sarcopenia criterion of AWGS 2025 (grip strength 17.2 kg < 18 kg)." in found
    assert "Confirmation requires muscle mass by DXA or BIA" in found
    assert "Cut-offs: Grip strength < 18 kg (read in a secondary source)" in found
    assert "Missing: " in found
    assert "Would change the result: Grip strength ≥ 18 kg: does not meet" in found


def test_limits_stand_below(page: str) -> None:
    limits = page[page.index(" Limits ") : page.index(" How this was made ")]
    for word in ("never establish sarcopenia", "loose clothing", "walking aids", "obesity", "sagittal plane"):
        assert word in limits
