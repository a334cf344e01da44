"""Columns, types and units of a cohort's tables: the same whatever the sessions hold (docs/cohorts.md).

The version is kept in every table, so that a reader can tell whether it knows the columns.
"""

from __future__ import annotations

import pyarrow as pa

from assessment.summary import ClinicalMeasures

TABLES_VERSION = "1.1"
"""Raised in its first part when a reader of the older version would break, in its second when columns are added or
what stands in them is found in another way: rows of finished visits are made anew where it differs."""
VERSION_KEY = b"sarcoscope_cohort_version"
UNIT_KEY = b"unit"
WHOLE_VISIT = ""
"""In the column ``trial`` of the failures: nothing of the visit could be assessed."""
SE_SUFFIX, QUALITY_SUFFIX = "_se", "_quality"
"""Of columns of the wide table: a value's standard error and its mark."""
CRITERION_PREFIX, LABEL_SUFFIX = "criterion__", "_label"
"""Of columns of the wide table: the verdict of a framework, and what the framework calls what is met."""


def _field(name: str, kind: pa.DataType, unit: str = "") -> pa.Field:
    return pa.field(name, kind, metadata={UNIT_KEY: unit.encode()} if unit else None)


TEXT, NUMBER, COUNT, FLAG = pa.string(), pa.float64(), pa.int32(), pa.bool_()
_OF_CLINICAL = {
    "grip_kg": _field("grip_kg", NUMBER, "kg"),
    "asm_kg": _field("asm_kg", NUMBER, "kg"),
    "asm_method": _field("asm_method", TEXT),
    "calf_cm": _field("calf_cm", NUMBER, "cm"),
    "sarc_f": _field("sarc_f", COUNT, "points"),
}

KEYS = (_field("participant", TEXT), _field("visit", TEXT), _field("group", TEXT))
"""First in every table. They come from the manifest, so that a group corrected there needs no new assessment."""
PERSON = (
    _field("session", TEXT),
    _field("synthetic", FLAG),
    _field("sex", TEXT),
    _field("age_years", NUMBER, "a"),
    _field("height_m", NUMBER, "m"),
    _field("mass_kg", NUMBER, "kg"),
    _field("forces", TEXT),
    *(_OF_CLINICAL[name] for name in ClinicalMeasures.model_fields),
    _field("warnings", TEXT),
)
INDICATORS = (
    _field("trial", TEXT),
    _field("activity", TEXT),
    _field("variant", TEXT),
    _field("repetition", COUNT),
    _field("side", TEXT),
    _field("indicator", TEXT),
    _field("value", NUMBER),
    _field("unit", TEXT),
    _field("standard_error", NUMBER),
    _field("forces", TEXT),
    _field("tier", TEXT),
    _field("quality", TEXT),
    _field("reasons", TEXT),
)
QUALITY = (
    _field("trial", TEXT),
    _field("status", TEXT),
    _field("activity", TEXT),
    _field("variant", TEXT),
    _field("confidence", NUMBER),
    _field("repetitions", COUNT),
    _field("marker_rms_cm", NUMBER, "cm"),
    _field("marker_error_held_out", FLAG),
    _field("kinematics", TEXT),
    _field("kinetics", TEXT),
    _field("forces", TEXT),
    _field("reasons", TEXT),
)
FAILURES = (
    _field("trial", TEXT),
    _field("stage", TEXT),
    _field("kind", TEXT),
    _field("reason", TEXT),
    _field("hint", TEXT),
    _field("attempts", COUNT),
)
VALUES = (
    _field("column", TEXT),
    _field("unit", TEXT),
    _field("value", NUMBER),
    _field("standard_error", NUMBER),
    _field("quality", TEXT),
)
CRITERIA = (_field("column", TEXT), _field("verdict", TEXT), _field("label", TEXT))

ROWS = pa.schema(
    [
        _field("participant", TEXT),
        _field("visit", TEXT),
        *PERSON,
        *(
            pa.field(name, pa.list_(pa.struct(list(fields))))
            for name, fields in (
                ("indicators", INDICATORS),
                ("trials", QUALITY),
                ("failures", FAILURES),
                ("values", VALUES),
                ("criteria", CRITERIA),
            )
        ),
    ],
    metadata={VERSION_KEY: TABLES_VERSION.encode()},
)
"""One visit as one row, with lists for what it has several of: what a cohort's tables are put together from."""


def table_schema(*fields: pa.Field) -> pa.Schema:
    """Schema of a table of a cohort: whose row it is, then ``fields``."""
    return pa.schema([*KEYS, *fields], metadata={VERSION_KEY: TABLES_VERSION.encode()})


INDICATOR_TABLE = table_schema(*PERSON[:2], *INDICATORS)
QUALITY_TABLE = table_schema(*QUALITY)
FAILURE_TABLE = table_schema(*FAILURES)


def wide_schema(values: dict[str, str], criteria: list[str]) -> pa.Schema:
    """Schema of the wide table, which depends on what was measured.

    Parameters
    ----------
    values : dict of str to str
        Column of a measured value -> unit.
    criteria : list of str
        Columns of the verdicts.
    """
    measured = [
        field
        for name, unit in values.items()
        for field in (
            _field(name, NUMBER, unit),
            _field(f"{name}{SE_SUFFIX}", NUMBER, unit),
            _field(f"{name}{QUALITY_SUFFIX}", TEXT),
        )
    ]
    verdicts = [_field(f"{name}{part}", TEXT) for name in criteria for part in ("", LABEL_SUFFIX)]
    return table_schema(*PERSON, *measured, *verdicts)


def measured_columns(wide: pa.Schema) -> list[str]:
    """Columns of the wide table that hold measured values: those with a mark beside them."""
    return [name.removesuffix(QUALITY_SUFFIX) for name in wide.names if name.endswith(QUALITY_SUFFIX)]
