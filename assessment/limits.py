"""What no number of a result can tell: said with every result, wherever it is shown."""

from __future__ import annotations

from assessment.summary import Summary


def limits(summary: Summary) -> list[str]:
    """Sentences on the limits that hold for these recordings, general ones first."""
    origins = {trial.forces.origin for trial in summary.trials if trial.forces}
    return [
        *limits_of_recordings(video=summary.kind != "lab", estimated_forces=bool(origins - {"measured"})),
        "Reference populations and cut-offs hold for their own protocol; where this visit's differs, the notes say so.",
        "One visit shows one day: pain, fatigue, medication and effort change what people do.",
    ]


def limits_of_recordings(*, video: bool, estimated_forces: bool) -> list[str]:
    """Sentences that hold for one person's recordings and for those of many.

    Parameters
    ----------
    video : bool
        Whether markers come from video.
    estimated_forces : bool
        Whether contact forces of any trial were not measured.
    """
    found = [
        "Measurements of movement alone never establish sarcopenia: every current definition also needs grip strength "
        "or muscle mass, measured in other ways, and a clinician.",
    ]
    if video:
        found.append(
            "Video: hidden limbs, loose clothing, walking aids, obesity and a chair with arms make angles less exact; "
            "angles out of the sagittal plane are less exact than those in it."
        )
    if estimated_forces:
        found.append(
            "Without force plates contact forces are estimated from the movement: moments and powers of joints carry "
            "wide intervals and are for description only."
        )
    return found
