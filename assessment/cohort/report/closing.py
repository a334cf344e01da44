"""Last page: what no number of the report can tell, how it was made, and how to name it."""

from __future__ import annotations

from assessment.cohort.layout import TABLES
from assessment.cohort.report.cohort import FEWEST, Cohort
from assessment.cohort.report.people import program
from assessment.limits import limits_of_recordings
from assessment.report.structure import Bullets, Entry, Fields, Paragraph, Section
from models.files import file_sha256

# Enough of a hash to tell two files apart.
SHOWN = 16


def limits_section(of: Cohort) -> Section:
    """Of the recordings first, then of putting people together."""
    _ = of.words
    forces = set(of.source.trials["forces"]) - {""}
    of_recordings = limits_of_recordings(video=True, estimated_forces=bool(forces - {"measured"}))
    of_cohorts = (
        _(
            "A cohort is whoever came and could be measured: no sample of a population, unless a study drew it as one. "
            "Means, counts and percentiles hold for it alone."
        ),
        _(
            "Values that are missing or withheld are left out. Who is left out is often who moves with most "
            "difficulty, so that the rest looks better than the whole."
        ),
        _(
            "Spread between people contains measurement error: it is wider than the spread of what was measured, and "
            "differences and correlations come out smaller."
        ),
        _(
            "Many numbers are looked at. One that stands out was perhaps bound to; a question that was not asked "
            "before looking needs new data."
        ),
        _("Fewer than {few} people are counted, but nothing is said of their values.", few=FEWEST),
    )
    return Section(title=_("Limits"), blocks=(Bullets(texts=(*map(_.result, of_recordings), *of_cohorts)),))


def provenance_section(of: Cohort) -> Section:
    """Hashes of code and tables, and a sentence to cite."""
    _ = of.words
    tables = "; ".join(f"{name}.parquet {file_sha256(of.folder.table(name))[:SHOWN]}" for name in TABLES)
    code = str(of.source.about.get("code_sha256") or "")
    entries = (
        Entry(label=_("Code and models"), text=f"SHA-256 {code[:SHOWN]}" if code else _("not recorded")),
        Entry(label=_("Tables"), text=f"SHA-256 {tables}", wide=True),
    )
    cite = _(
        "To cite: {program}, cohort of {n} visits assessed on {date}, wide.parquet with SHA-256 {hash}. Name the "
        "criteria by their own papers (DOI above), and OpenSim and OpenCap by theirs.",
        program=program(of),
        n=len(of.visits),
        date=of.created[:10],
        hash=file_sha256(of.folder.table("wide"))[:SHOWN],
    )
    again = _(
        "The same tables give the same report. Every value with its error, mark and reasons is in indicators.parquet; "
        "this report holds no code of a participant."
    )
    blocks = (Fields(entries=entries), Paragraph(text=cite), Paragraph(text=again, style="soft"))
    return Section(title=_("How this was made"), blocks=blocks)
