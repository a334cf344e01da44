"""The clinical report as a file: what a clinic would miss on its pages."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from assessment.report.pdf import report_pdf
from assessment.results_folder import summary_sha256
from assessment.summary import Summary
from assessment.visit import Preferences, Signature, VisitDetails
from tests.assessment.uncertainty.people import chair_stand, indicator, person, save, trial

DISCLAIMER = "For research and educational use. Not a medical device."


def walk(speed_m_s: float | None = 0.9) -> object:
    return trial("walk", "walking/overground", [indicator("gait_speed", speed_m_s, 0.02)])


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


@pytest.fixture
def results(tmp_path: Path) -> tuple[Path, Summary]:
    summary = person(chair_stand(13.6), walk())  # type: ignore[arg-type]
    return save(summary, tmp_path / "results"), summary


def made(results: tuple[Path, Summary], **changes: object) -> bytes:
    """A report; fields of the visit by their names, the rest as `report_pdf` takes it."""
    folder, summary = results
    given = {"previous": None, "previous_date": None, "preferences": Preferences(), "name": None}
    given |= {key: changes.pop(key) for key in list(changes) if key in given}
    visit = VisitDetails.model_validate({"study_code": "P-07"} | changes)
    return report_pdf(folder, summary, visit, **given)  # type: ignore[arg-type]


def test_every_page_says_who_it_is_of_and_that_it_is_no_diagnosis(results: tuple[Path, Summary]) -> None:
    pages = read(made(results)).pages
    assert 2 <= len(pages) <= 4
    for number, page in enumerate(pages, start=1):
        found = " ".join(page.extract_text().split())
        assert DISCLAIMER in found
        assert "P-07" in found
        assert f"Page {number} of {len(pages)}" in found
        assert "Synthetic data" not in found
        width, height = page.mediabox.width, page.mediabox.height
        assert (round(float(width)), round(float(height))) == (595, 842)


def test_generated_data_are_marked_on_every_page(results: tuple[Path, Summary]) -> None:
    folder, summary = results
    pdf = made((folder, summary.model_copy(update={"synthetic": True})))
    assert all("Synthetic data" in page.extract_text() for page in read(pdf).pages)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_fonts_are_embedded(results: tuple[Path, Summary], language: str) -> None:
    pdf = made(results, preferences=Preferences(language=language), site="서울")  # type: ignore[arg-type]
    fonts = [
        font.get_object()
        for page in read(pdf).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    assert any("NanumGothic" in font["/BaseFont"] for font in fonts)
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
    assert "서울" in text(pdf)


def test_what_people_wrote_is_printed_and_never_run(results: tuple[Path, Summary]) -> None:
    folder, summary = results
    hostile = '#panic("x") *b* _i_ $y$ <a> @b \\ = h `c` // n'
    odd = summary.trials[0].model_copy(update={"name": "#panic()"})
    pdf = made((folder, summary.model_copy(update={"trials": [odd]})), interpretation=hostile, name="*Kim*")
    assert hostile in text(pdf)
    assert "#panic()" in text(pdf)
    assert "*Kim*" in text(pdf)


@pytest.mark.parametrize(
    "typed", ["\x00\x07", "\ue000", "\ufeff", "\uffff", "\U0010fffd", "😀", "✨", "ไทย", "a" * 3000]
)
def test_no_text_keeps_a_report_from_being_made(results: tuple[Path, Summary], typed: str) -> None:
    said = text(made(results, site=typed, interpretation=f"before {typed} after", name=typed))
    assert "before" in said
    assert "after" in said


def test_a_name_is_printed_only_if_given(results: tuple[Path, Summary]) -> None:
    assert "Lee Min" not in text(made(results))
    assert "Lee Min" in text(made(results, name="Lee Min"))


def test_a_report_is_preliminary_until_these_very_results_are_signed(results: tuple[Path, Summary]) -> None:
    folder, _ = results
    assert "Preliminary, not signed." in text(made(results))

    def signed(sha256: str, of_text: str | None = None) -> str:
        signature = Signature(
            signer="Dr. Park",
            signed_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
            summary_sha256=sha256,
            text_sha256=of_text,
        )
        return text(made(results, signature=signature))

    valid = signed(summary_sha256(folder))
    assert "Signed electronically." in valid
    assert "Dr. Park" in valid
    assert "2026-05-04 09:30 UTC" in valid
    assert "Preliminary" not in valid
    of_others = signed("0" * 64)
    assert "The signature is not valid" in of_others
    assert "Signed electronically." not in of_others
    of_another_text = signed(summary_sha256(folder), "0" * 64)
    assert "another text or study code" in of_another_text
    assert "Signed electronically." not in of_another_text


def test_what_was_not_recorded_is_named(results: tuple[Path, Summary]) -> None:
    empty = text(made(results))
    assert (
        "Not recorded: Referral question, Footwear, Walking aid, Pain, Falls and medication, Adverse events." in empty
    )
    assert "No interpretation was written." in empty
    given = text(made(results, footwear="barefoot", visit_date=date(2026, 5, 4), interpretation="First.\nSecond."))
    assert "barefoot" in given
    assert "2026-05-04" in given
    assert "Not recorded: Referral question, Walking aid" in given


def test_a_clinicians_text_is_never_cut(results: tuple[Path, Summary]) -> None:
    lines = [f"Line {n} of a long text that goes on for a while and does not stop." for n in range(200)]
    assert "Line 199 of a long text" in text(made(results, interpretation="\n".join(lines)))
