"""Last page: reference populations, the clinician's text, limits, version stamp and signature."""

from __future__ import annotations

from datetime import datetime

from assessment.limits import limits
from assessment.presentation import time_text
from assessment.profile import profile_of
from assessment.profile.profile import ProfileEntry
from assessment.report.context import Context, signs
from assessment.report.structure import (
    Block,
    Bullets,
    Entry,
    Fields,
    Paragraph,
    Section,
    Signing,
    Standing,
    Standings,
)
from assessment.results_folder import summary_sha256
from assessment.settings_words import settings_in_words
from assessment.uncertainty import formatted
from assessment.visit import SignatureState, signature_state


def reference_section(of: Context) -> Section:
    """Values in named populations; the others by name, so that nobody takes silence for normal."""
    _ = of.words
    grip_kg = of.summary.clinical.grip_kg
    entries = profile_of(of.summary, of.own, typed_in={} if grip_kg is None else {"grip_kg": grip_kg}).entries
    placed = tuple(_standing(of, one) for one in entries if one.placement and one.reference)
    without = [_.result(one.label) for one in entries if one.value is not None and one.placement is None]
    caveats = tuple(
        dict.fromkeys(_.result(caveat) for one in entries if one.reference for caveat in one.reference.caveats)
    )
    blocks: list[Block] = []
    if placed:
        scale = _("Better than this share of the population [95 % interval]")
        blocks += [Standings(scale=scale, entries=placed), Bullets(texts=caveats)]
    if without:
        blocks.append(
            Paragraph(text=_("No reference population is known for: {names}.", names=", ".join(without)), style="soft")
        )
    if not blocks:
        blocks.append(Paragraph(text=_("No value of this visit has a reference population."), style="soft"))
    return Section(title=_("Reference populations"), blocks=tuple(blocks))


def clinician_section(of: Context) -> Section:
    """Interpretation and recommendation, as written."""
    _ = of.words
    blocks: list[Block] = []
    for label, text, missing in (
        (_("Interpretation"), of.visit.interpretation, _("No interpretation was written.")),
        (_("Recommendation"), of.visit.recommendation, _("No recommendation was written.")),
    ):
        blocks.append(Paragraph(text=label, style="strong"))
        paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
        blocks += [Paragraph(text=line) for line in paragraphs] or [Paragraph(text=missing, style="soft")]
    return Section(title=_("Interpretation by the clinician"), blocks=tuple(blocks))


def limits_section(of: Context) -> Section:
    """What no number of this report can tell."""
    _ = of.words
    return Section(title=_("Limits"), blocks=(Bullets(texts=tuple(map(_.result, limits(of.summary)))),))


def stamp_section(of: Context) -> Section:
    """Everything that shaped the numbers."""
    _, summary, made = of.words, of.summary, of.summary.provenance
    unknown = _("not recorded")
    models = "; ".join(
        " ".join(
            part
            for part in (
                _("scaled by {scaler} on {trials}", scaler=model.scaler, trials=", ".join(model.scaled_on)),
                f"({model.policy})" if model.policy else "",
            )
            if part
        )
        for model in summary.models
    )
    settings = "; ".join(f"{name}: {value}" for name, value in settings_in_words(made.settings, _))
    entries = (
        Entry(label=_("Sarcoscope"), text=made.sarcoscope_version),
        Entry(label=_("OpenSim"), text=made.opensim_version),
        Entry(label=_("Generic model"), text=f"SHA-256 {made.generic_model_sha256[:16]}"),
        Entry(
            label=_("Criteria tables"), text=f"SHA-256 {made.criteria_sha256[:16]}" if made.criteria_sha256 else unknown
        ),
        Entry(label=_("Results of"), text=f"{summary.session}, {time_text(datetime.fromisoformat(made.created))}"),
        Entry(label=_("Schema"), text=summary.schema_version),
        Entry(label=_("Model"), text=models or unknown, wide=True),
        Entry(label=_("Settings"), text=settings or unknown, wide=True),
        Entry(
            label=_("Raw data"),
            text=_("Inputs with their SHA-256 are in summary.json of these results; curves and numbers in Tables/."),
            wide=True,
        ),
    )
    return Section(title=_("How this was made"), blocks=(Fields(entries=entries),))


def signature_section(of: Context) -> Section:
    """Signed, not signed, or signed for other results or another text than these."""
    _, signature = of.words, of.visit.signature
    if signature is None:
        signing = Signing(
            is_valid=False,
            text=_("Preliminary, not signed."),
            lines=tuple(Entry(label=label, text="") for label in (_("Name"), _("Date"), _("Signature"))),
        )
        return Section(title=_("Signature"), blocks=(signing,))
    lines = (
        Entry(label=_("Name"), text=signature.signer),
        Entry(label=_("Signed at"), text=time_text(signature.signed_at)),
        Entry(label=_("Results signed"), text=f"SHA-256 {signature.summary_sha256[:16]}"),
    )
    if is_signed(of):
        text = _("Signed electronically.")
    elif _state(of) == "of another text":
        text = _(
            "The signature is not valid: it was given for another text or study code than in this report. "
            "This report is preliminary."
        )
    else:
        text = _("The signature is not valid: it was given for other results than these. This report is preliminary.")
    return Section(title=_("Signature"), blocks=(Signing(is_valid=is_signed(of), text=text, lines=lines),))


def is_signed(of: Context) -> bool:
    """Whether somebody signed these very results and this text."""
    return _state(of) == "valid"


def _state(of: Context) -> SignatureState:
    return signature_state(of.visit, summary_sha256(of.folder))


def _standing(of: Context, entry: ProfileEntry) -> Standing:
    _ = of.words
    assert entry.value is not None and entry.placement and entry.reference  # noqa: S101 - only such are placed
    low, high = entry.placement.percentile_interval
    middle = entry.placement.percentile
    if entry.better == "lower":
        low, middle, high = 100.0 - high, 100.0 - middle, 100.0 - low
    used = entry.reference
    value = signs(formatted(entry.value, entry.standard_error, entry.unit).split(" (")[0])
    return Standing(
        label=_.result(entry.label),
        text=value,
        share=f"{_percent(middle)} % [{_percent(low)}, {_percent(high)}]",
        population=f"{_.result(used.name)}: {_.result(used.who)}. {_.result(used.protocol)}",
        middle=middle,
        low=low,
        high=high,
    )


def _percent(share: float) -> str:
    """Whole per cent; nobody is better than all."""
    return "<1" if share < 1.0 else ">99" if share > 99.0 else f"{share:.0f}"
