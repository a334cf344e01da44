"""What the findings about markers mean for everything computed from them."""

from __future__ import annotations

from models.markers import MarkerTrajectories
from pipeline.preparation.findings import MarkerFinding
from pipeline.preparation.masks import seen_frames
from pipeline.preparation.names import leg_markers, segment_of
from pipeline.quality import Quality

# Shares of frames (or of leg-marker values) from which results are withheld, or given with caution. A fifth of a
# five-times sit-to-stand is one repetition.
WITHHELD_SHARE, CAUTION_SHARE = 0.2, 0.05

_ALWAYS_WITHHELD = ("mirrored", "not upright", "too few markers", "interruption")
# How right a trial still is of which these were found, and repaired, is not known.
_ALWAYS_CAUTION = ("body jump", "crossed legs", "repeated frames")
_LEG_BONES = ("thigh", "shank", "foot")


def judge_markers(
    raw: MarkerTrajectories, prepared: MarkerTrajectories, findings: tuple[MarkerFinding, ...]
) -> Quality:
    """Quality of a recording's markers.

    Parameters
    ----------
    raw, prepared : MarkerTrajectories
        Before and after preparation.
    findings : tuple of MarkerFinding
    """
    quality = Quality()
    for finding in findings:
        if finding.kind in _ALWAYS_WITHHELD:
            quality &= Quality.withheld(finding.text)
        elif finding.kind in _ALWAYS_CAUTION:
            share = finding.n_frames / prepared.n_frames
            quality &= Quality.withheld(finding.text) if share > WITHHELD_SHARE else Quality.caution(finding.text)
        elif finding.kind == "swapped labels" or _is_leg_bone(finding):
            quality &= _by_share(finding.n_frames / prepared.n_frames, finding.text)
        elif finding.kind == "proportions":
            # OpenCap's predicted markers have defined places; a lab's toe marker may sit anywhere on the shoe.
            predicted = any(name.endswith("_study") for name in raw.names)
            quality &= Quality.withheld(finding.text) if predicted else Quality.caution(finding.text)
    legs = leg_markers(prepared.names)
    if not legs:
        return quality
    unseen = ~seen_frames(prepared.select(legs))
    share = float(unseen.mean())
    quality &= _by_share(share, f"{share:.0%} of the leg markers' positions are missing or not to be believed.")
    for segment in sorted({segment_of(name) or "" for name in legs}):
        own = [index for index, name in enumerate(legs) if segment_of(name) == segment]
        blind = float(unseen[:, own].all(axis=1).mean())
        side, _, part = segment.partition(" ")
        words = f"the {'right' if side == 'r' else 'left'} {part}"
        quality &= _by_share(blind, f"No marker of {words} is seen in {blind:.0%} of the frames.")
    wrong = {finding.marker: finding.n_frames for finding in findings if finding.kind in ("outlier", "frozen marker")}
    worst = max((wrong.get(name, 0) for name in legs), default=0) / prepared.n_frames
    return quality & _by_share(worst, f"A leg marker is off its path in {worst:.0%} of the frames.")


def _is_leg_bone(finding: MarkerFinding) -> bool:
    return finding.kind == "bone length" and (finding.marker or "").endswith(_LEG_BONES)


def _by_share(share: float, reason: str) -> Quality:
    if share > WITHHELD_SHARE:
        return Quality.withheld(reason)
    return Quality.caution(reason) if share > CAUTION_SHARE else Quality()
