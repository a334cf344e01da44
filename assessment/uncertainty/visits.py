"""Two visits of one person, set side by side: every indicator, and whether it changed."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from assessment.summary import NOT_A_DIAGNOSIS, Summary
from assessment.uncertainty.change import Change, change
from assessment.uncertainty.measured import measured_values
from assessment.uncertainty.reliability import Setting
from models.errors import SettingsError

COMPARISON_SCHEMA_VERSION = "1.0"

# Adults of 70 and over lose up to 0.7 cm of height a year (Sorkin 1999, Am J Epidemiol 150:969), a tape misses by 1 to
# 2 cm: twice that over some years is still one person, more is a slip or somebody else.
SAME_PERSON_WITHIN_M = 0.05
REMARKABLE_HEIGHT_M = 0.02
# Between visits mass changes moments and powers per kilogram by as much [share].
REMARKABLE_MASS_CHANGE = 0.10
# Settings that change the numbers themselves.
SETTINGS_THAT_MATTER = (
    "scaler",
    "policy",
    "model",
    "marker_placement",
    "ik_engine",
    "cutoff_hz",
    "lock_feet",
    "load_kg",
)


class Comparison(BaseModel):
    """Two visits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: str = COMPARISON_SCHEMA_VERSION
    before: str = Field(description="session")
    after: str
    setting: Setting = Field(description="which published measurement error was used")
    synthetic: bool
    changes: list[Change]
    warnings: list[str]
    disclaimer: str = NOT_A_DIAGNOSIS


def compare_visits(before: Summary, after: Summary, *, setting: Setting = "between sessions") -> Comparison:
    """Compare every indicator of two sessions of one person.

    Parameters
    ----------
    before, after : Summary
        The earlier and the later visit.
    setting : {'between sessions', 'within session'}
        The latter for two recordings of the same day.

    Raises
    ------
    SettingsError
        They cannot be of one person, or one of them is synthetic.
    """
    _check_same_person(before, after)
    earlier, later = ({one.key: one for one in measured_values(visit)} for visit in (before, after))
    sex = before.subject.sex if before.subject.sex == after.subject.sex else "unspecified"
    return Comparison(
        before=before.session,
        after=after.session,
        setting=setting,
        synthetic=before.synthetic,
        changes=[
            change(earlier.get(key), later.get(key), sex=sex, setting=setting)
            for key in dict.fromkeys([*earlier, *later])
        ],
        warnings=_warnings(before, after),
    )


def compare_dated(before: Summary, before_date: date | None, after: Summary, after_date: date | None) -> Comparison:
    """Compare two visits by their dates: of one day with the error within a session, else between sessions.

    Raises
    ------
    SettingsError
        See `compare_visits`.
    """
    one_day = before_date is not None and before_date == after_date
    return compare_visits(before, after, setting="within session" if one_day else "between sessions")


def _check_same_person(before: Summary, after: Summary) -> None:
    sexes = {before.subject.sex, after.subject.sex} - {"unspecified"}
    if len(sexes) > 1:
        raise SettingsError(
            "The two visits are not of one person: sex differs (f and m).",
            hint="Compare two visits of the same person, or correct the one with the slip and assess it again.",
        )
    heights_m = before.subject.height_m, after.subject.height_m
    if abs(heights_m[0] - heights_m[1]) > SAME_PERSON_WITHIN_M:
        raise SettingsError(
            f"The two visits are not of one person: height differs, {heights_m[0]:.2f} and {heights_m[1]:.2f} m.",
            hint=f"Accepted: up to {100 * SAME_PERSON_WITHIN_M:.0f} cm. Compare two visits of the same person, "
            "or correct the one with the slip and assess it again.",
        )
    if before.synthetic != after.synthetic:
        raise SettingsError(
            "One of the two visits is synthetic, the other a recording.",
            hint="Compare two visits of the same person.",
        )


def _warnings(before: Summary, after: Summary) -> list[str]:
    warnings = []
    one, other = before.subject, after.subject
    if "unspecified" in (one.sex, other.sex) and one.sex != other.sex:
        warnings.append("Sex is stated at one visit only.")
    if abs(one.height_m - other.height_m) > REMARKABLE_HEIGHT_M:
        warnings.append(f"Height differs: {one.height_m:.2f} and {other.height_m:.2f} m; check that it is one person.")
    if abs(one.mass_kg - other.mass_kg) > REMARKABLE_MASS_CHANGE * one.mass_kg:
        warnings.append(
            f"Mass went from {one.mass_kg:.1f} to {other.mass_kg:.1f} kg: values per kilogram change with it."
        )
    if one.age_years is not None and other.age_years is not None and other.age_years < one.age_years:
        warnings.append("The person is younger at the second visit: check the order of the two folders.")
    if before.kind != after.kind:
        warnings.append(f"The recordings are of different kinds: {before.kind} and {after.kind}.")
    if before.provenance.sarcoscope_version != after.provenance.sarcoscope_version:
        warnings.append("The visits were assessed with different versions of Sarcoscope; assess both with one.")
    different = [
        name
        for name in SETTINGS_THAT_MATTER
        if before.provenance.settings.get(name) != after.provenance.settings.get(name)
    ]
    if different or before.provenance.generic_model_sha256 != after.provenance.generic_model_sha256:
        named = ", ".join(different or ["generic model"])
        warnings.append(f"The visits were assessed with different settings ({named}); assess both with the same.")
    return warnings
