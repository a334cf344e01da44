"""First page: who was seen when and where, how it was recorded, and how good the recording is."""

from __future__ import annotations

from assessment.presentation import further_reasons, height_text
from assessment.report.context import Context, mark_symbol, signs
from assessment.report.structure import Block, Bullets, Cell, Column, Entry, Fields, Paragraph, Section, Table, TableRow
from assessment.summary import QualityRecord, TrialRecord
from pipeline.quality import Mark

# Beyond these the statement names the number and leaves the texts to the working page.
MOST_STATEMENTS = 6
STRIDES = "number_of_strides"


def person_section(of: Context) -> Section:
    """Person and visit; what was not recorded is named."""
    _, visit, subject = of.words, of.visit, of.summary.subject
    sexes = {"f": _("female"), "m": _("male"), "unspecified": _("not stated")}
    unknown = _("not recorded")
    entries = [
        Entry(label=_("Sex"), text=sexes[subject.sex]),
        Entry(
            label=_("Age"), text=unknown if subject.age_years is None else _("{n} years", n=f"{subject.age_years:.0f}")
        ),
        Entry(label=_("Height"), text=height_text(subject.height_m, of.preferences.height_unit)),
        Entry(label=_("Body mass"), text=f"{subject.mass_kg:.1f} kg"),
        Entry(label=_("Visit date"), text=visit.visit_date.isoformat() if visit.visit_date else unknown),
        Entry(label=_("Site"), text=visit.site or unknown),
        Entry(label=_("Operator"), text=visit.operator or unknown),
        Entry(label=_("Recording"), text=_recording(of)),
    ]
    optional = [
        (_("Referral question"), visit.referral_question),
        (_("Footwear"), visit.footwear),
        (_("Walking aid"), visit.walking_aid),
        (_("Pain"), visit.pain),
        (_("Falls and medication"), visit.history),
        (_("Adverse events"), visit.adverse_events),
    ]
    entries += [Entry(label=label, text=text, wide=True) for label, text in optional if text]
    blocks: list[Block] = [Fields(entries=tuple(entries))]
    missing = [label for label, text in optional if not text]
    if missing:
        blocks.append(Paragraph(text=_("Not recorded: {what}.", what=", ".join(missing)), style="soft"))
    return Section(title=_("Person and visit"), blocks=tuple(blocks))


def protocol_section(of: Context) -> Section:
    """What was recorded, how it was filtered, and the marks of each trial."""
    _ = of.words
    columns = (
        Column(title=_("Trial"), share=1.1),
        Column(title=_("Movement"), share=1.5),
        Column(title=_("Duration")),
        Column(title=_("Repetitions")),
        Column(title=_("Rate")),
        Column(title=_("Low-pass")),
        Column(title=_("Contact forces")),
        Column(title=_("Angles")),
        Column(title=_("Moments")),
    )
    rows = tuple(TableRow(cells=_trial_cells(of, trial)) for trial in of.summary.trials)
    return Section(
        title=_("Protocol"),
        blocks=(Table(columns=columns, rows=rows), Paragraph(text=" ".join(_protocol_sentences(of)), style="soft")),
    )


def quality_section(of: Context) -> Section:
    """What a reader must know of the recording before any number."""
    _, summary = of.words, of.summary
    assessed = [trial for trial in summary.trials if trial.status == "assessed"]
    sentences = [_("{n} of {total} trials assessed.", n=len(assessed), total=len(summary.trials))]
    errors = [trial.marker_error.rms_cm for trial in assessed if trial.marker_error]
    if errors:
        span = (
            f"{min(errors):.1f}"
            if f"{min(errors):.1f}" == f"{max(errors):.1f}"
            else f"{min(errors):.1f}–{max(errors):.1f}"
        )
        sentences.append(_("Markers and model differ by {span} cm (root mean square).", span=span))
    sentences.append(_gate_sentence(of, assessed))
    statements = list(dict.fromkeys([*map(_.result, summary.warnings), *_statements(of)]))
    shown = statements[:MOST_STATEMENTS]
    if len(statements) > len(shown):
        shown.append(
            _.plural(
                "{n} more statement is in report.html.",
                "{n} more statements are in report.html.",
                len(statements) - len(shown),
            )
        )
    blocks: tuple[Block, ...] = (Paragraph(text=" ".join(sentences)),)
    return Section(title=_("Data quality"), blocks=(*blocks, Bullets(texts=tuple(shown))) if shown else blocks)


def _recording(of: Context) -> str:
    _ = of.words
    return {
        "opencap": _("OpenCap, video of several cameras"),
        "opencap-monocular": _("OpenCap, video of one camera"),
        "lab": _("reflective markers, laboratory"),
    }[of.summary.kind]


def _trial_cells(of: Context, trial: TrialRecord) -> tuple[Cell, ...]:
    _ = of.words
    if trial.status == "failed":
        message = "" if trial.error is None else _.result(trial.error.message)
        return (
            Cell(text=trial.name, style="strong"),
            Cell(text=_("not assessed: {why}", why=message), span=8, style="soft"),
        )
    return (
        Cell(text=trial.name, style="strong"),
        Cell(text=of.movement(trial)),
        Cell(text=f"{trial.duration_s:.1f} s" if trial.duration_s is not None else "–"),
        Cell(text=_count(of, trial)),
        Cell(text=f"{trial.rate_hz:.0f} Hz" if trial.rate_hz is not None else "–"),
        Cell(text=f"{trial.forces.cutoff_hz:.1f} Hz" if trial.forces else "–"),
        Cell(text=_.result(trial.forces.origin), symbol=trial.forces.origin) if trial.forces else Cell(text=_("none")),
        _mark_cell(of, trial.kinematics_quality),
        _mark_cell(of, trial.kinetics_quality),
    )


def _count(of: Context, trial: TrialRecord) -> str:
    """Complete repetitions of all, or strides that count."""
    _ = of.words
    if trial.repetitions:
        return _("{n} of {total}", n=sum(one.complete for one in trial.repetitions), total=len(trial.repetitions))
    strides = sum(one.value or 0.0 for one in trial.indicators if one.name == STRIDES)
    return _.plural("{n} stride", "{n} strides", round(strides)) if strides else "–"


def _mark_cell(of: Context, quality: QualityRecord | None) -> Cell:
    mark = Mark.WITHHELD if quality is None else quality.mark
    return Cell(text=of.mark(mark), symbol=mark_symbol(mark))


def _protocol_sentences(of: Context) -> list[str]:
    _, visit = of.words, of.visit
    seat_m = of.summary.provenance.settings.get("seat_height_m")
    arms = {True: _("with arms"), False: _("without arms"), None: _("arms not recorded")}[visit.chair_has_arms]
    height = f"{seat_m:.2f} m" if isinstance(seat_m, int | float) else _("not recorded")
    walk = f"{visit.walk_length_m:g} m" if visit.walk_length_m else _("not recorded")
    return [
        _("Chair: seat height {height}, {arms}.", height=height, arms=arms),
        _("Walking distance: {length}.", length=walk),
        _("The low-pass filter is that of forces and moments."),
    ]


def _gate_sentence(of: Context, assessed: list[TrialRecord]) -> str:
    _ = of.words
    counts = []
    for what, marks in (
        (_("angles"), [trial.kinematics_quality for trial in assessed]),
        (_("moments"), [trial.kinetics_quality for trial in assessed]),
    ):
        found = [Mark.WITHHELD if quality is None else quality.mark for quality in marks]
        parts = [f"{of.mark(mark)} {found.count(mark)}" for mark in Mark if mark in found]
        if parts:
            counts.append(f"{what}: {', '.join(parts)}")
    return _("Trials by quality mark – {counts}.", counts="; ".join(counts)) if counts else ""


def _statements(of: Context) -> list[str]:
    """Reasons, by what they are a reason for and the trials that they hold for."""
    _ = of.words
    trials: dict[str, list[str]] = {}
    for trial in of.summary.trials:
        angles, moments = further_reasons(trial)
        notes = [
            _("Repetition {n}: {note}", n=one.index, note=_.result(one.note)) for one in trial.repetitions if one.note
        ]
        # Where the whole trial is withheld, its one sentence stands in for its reasons.
        texts = (
            [_.result(trial.explanation)] if trial.explanation else [*map(_.result, angles), *map(_.result, moments)]
        )
        for text in [*texts, *notes]:
            trials.setdefault(text, []).append(trial.name)
    everywhere = len([trial for trial in of.summary.trials if trial.status == "assessed"])
    return [
        signs(text) if len(names) == everywhere else f"{', '.join(names)}: {signs(text)}"
        for text, names in trials.items()
    ]
