"""The de-identified preset, after HIPAA's Safe Harbor (45 CFR 164.514(b)(2)), one identifier after the other.

A Names: nowhere in results; free text, in which somebody may have written one, is left out or rebuilt.
B Places: the site is left out.
C Dates: the visit and the run keep their year; ages above 89 become "90+", others whole years.
D-F Telephone, fax, e-mail: only ever in free text, which is left out.
G-K Social security, record, insurance, account and licence numbers: the study code, which may be one, gives way to a
random one that is not derived from anything.
L-M Vehicles, devices: no serial number is in results.
N-O Web and network addresses: only ever in free text.
P Biometric identifiers: how somebody walks may be one; curves can be left out, and the README says so.
Q Photographs: video is never in results.
R Any other unique code: OpenCap's session identifier, hashes of recordings, trial names, names of models and policies
of the user's own are replaced or left out. OpenSim and marker files are never in: their headers carry names of files.

The result is pseudonymous rather than anonymous: measurements of a body stay what they are.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from assessment.exports.content import Content, identified, is_signed
from assessment.exports.rebuilt import rebuilt_indicators, rebuilt_model, rebuilt_trial
from assessment.exports.rebuilt_criteria import rebuilt_criteria
from assessment.exports.sentences import known
from assessment.exports.vocabulary import new_trial_names
from assessment.summary import NOT_A_DIAGNOSIS, SCHEMA_VERSION, Provenance, SubjectRecord, Summary
from assessment.visit import VisitDetails
from models.errors import SettingsError
from pipeline.settings import SCALER_NAMES, Settings

OLDEST_TOLD_YEARS = 89
OLDER = "90+"
VERSION = r"\d{1,3}(\.\d{1,3}){1,3}((a|b|rc|\.dev|\.post)\d{1,2})?"
SETTING_WORDS = frozenset({"auto", "measured", "estimated", "batched", "opensim", *SCALER_NAMES})


def content_of(
    folder: Path,
    summary: Summary,
    visit: VisitDetails,
    *,
    deidentified: bool,
    identity: str | None,
    pdf: bytes | None,
    user: str | None,
) -> Content:
    """A session as it goes out; the parameters are those of `assessment.exports.export_archive`.

    Raises
    ------
    SettingsError
        A PDF report or a user was given for a de-identified export.
    """
    if not deidentified:
        return identified(folder, summary, visit)
    if pdf is not None or user is not None:
        raise SettingsError(
            "A de-identified export holds no PDF report and no user: both name people and dates.",
            hint="Leave them out, or export with identity.",
        )
    return without_identity(folder, summary, visit, identity or new_identity())


def new_identity() -> str:
    """A code that stands for nothing: random, and not derived from the study code."""
    return f"anon-{secrets.token_hex(6)}"


def without_identity(folder: Path, summary: Summary, visit: VisitDetails, identity: str) -> Content:
    """A session without what identifies a person.

    Parameters
    ----------
    folder : Path
        Results folder.
    summary : Summary
        What `assessment.results_folder.read_summary` read there.
    visit : VisitDetails
    identity : str
        What stands in place of the study code; see `new_identity`.
    """
    movements = [(trial.name, trial.activity.name if trial.activity else "") for trial in summary.trials]
    # The static trial is no trial of the results, but the model names it.
    of_models = [(name, "") for model in summary.models for name in model.scaled_on]
    names = new_trial_names(dict([*of_models, *movements]).items())
    age = summary.subject.age_years
    old = age is not None and int(age) > OLDEST_TOLD_YEARS
    shown = Summary(
        session=identity,
        kind=summary.kind,
        synthetic=summary.synthetic,
        subject=SubjectRecord(
            height_m=summary.subject.height_m,
            mass_kg=summary.subject.mass_kg,
            sex=summary.subject.sex,
            # Whole years: with the year of the visit, a fraction would tell the month of birth.
            age_years=None if age is None or old else float(int(age)),
        ),
        models=[rebuilt_model(model, names) for model in summary.models],
        trials=[rebuilt_trial(trial, names[trial.name]) for trial in summary.trials],
        clinical=summary.clinical,
        indicators=rebuilt_indicators(summary.indicators),
        criteria=rebuilt_criteria(summary.criteria),
        warnings=[*([f"Age: {OLDER} years."] if old else []), *known(summary.warnings)],
        disclaimer=NOT_A_DIAGNOSIS,
        schema_version=SCHEMA_VERSION,
        provenance=_provenance(summary.provenance),
    )
    return Content(
        folder=folder,
        summary=shown,
        visit=VisitDetails(study_code=identity, chair_has_arms=visit.chair_has_arms, walk_length_m=visit.walk_length_m),
        recorded=tuple(summary.trials),
        when=str(visit.visit_date.year) if visit.visit_date else "",
        age_text=OLDER if old else "",
        signed=is_signed(folder, visit),
        deidentified=True,
    )


def _provenance(provenance: Provenance) -> Provenance:
    """Versions and plain settings; no hash of a recording, no file of the user's own, no time of day."""
    settings = {
        name: value
        for name, value in provenance.settings.items()
        if name in Settings.model_fields and (value is None or isinstance(value, bool | int | float) or _is_word(value))
    }
    own_model = provenance.settings.get("model") is not None
    return Provenance(
        created=_matching(r"\d{4}", provenance.created[:4]),
        sarcoscope_version=_matching(VERSION, provenance.sarcoscope_version),
        opensim_version=_matching(VERSION, provenance.opensim_version),
        python_version=_matching(VERSION, provenance.python_version),
        settings=settings,
        generic_model_sha256="" if own_model else _matching(r"[0-9a-f]{64}", provenance.generic_model_sha256),
        criteria_sha256=_matching(r"[0-9a-f]{64}", provenance.criteria_sha256),
        input_sha256={},
    )


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value in SETTING_WORDS


def _matching(pattern: str, text: str) -> str:
    return text if re.fullmatch(pattern, text) else ""
