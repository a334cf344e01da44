"""A synthetic session's files, as OpenCap writes them, and its truth beside them; every file says so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from numpy.typing import NDArray

from assessment.synthetic.people import Participant
from assessment.synthetic.recording import DECIMALS, Recording
from assessment.synthetic.session import SyntheticSession
from assessment.synthetic.true_values import true_values
from pipeline.files.trc import SYNTHETIC_SOURCE
from pipeline.files.trc_writer import write_trc

Array = NDArray[np.float64]

SYNTHETIC = "SYNTHETIC: computed, not recorded; no such person exists."
VISIT = "V1"
MARKER_SOURCE = f"{SYNTHETIC_SOURCE}no-such-person/MarkerData/PostAugmentation"
"""What the first line of its .trc files calls their origin."""
README = f"""{SYNTHETIC}

This folder has the layout of an OpenCap download. Nobody was filmed: a skeleton of published body proportions moves by
published joint-angle patterns, and errors like those of OpenCap were added to its markers. What is true of it is in the
folder truth of the cohort. Made by `python -m assessment synthesise` of Sarcoscope; docs/synthetic-cohorts.md says what
is unlike people.
"""


def write_session(session: SyntheticSession, folder: Path) -> None:
    """Write ``sessionMetadata.yaml``, ``MarkerData/<trial>.trc`` with their settings, and a README."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sessionMetadata.yaml").write_text(_metadata(session.participant), encoding="utf-8")
    (folder / "README.txt").write_text(README, encoding="utf-8")
    for trial, recording in session.recordings.items():
        path = folder / "MarkerData" / f"{trial}.trc"
        write_trc(path, recording.markers, source=MARKER_SOURCE, decimals=DECIMALS)
        write_settings(folder / "MarkerData" / "Settings" / f"settings_{trial}.yaml", recording.vertical_offset_m)


def write_settings(path: Path, vertical_offset_m: float) -> None:
    """Write a trial's settings as OpenCap does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"# {SYNTHETIC}\naugmenter_model: v0.3\nbbox_thr: 0.8\ncamerasToUse:\n- all\nfilterFrequency: default\n"
        "imageUpsampleFactor: 4\nopenSimModel: LaiUhlrich2022\nposeDetector: mmpose\n"
        f"scalingSetup: upright_standing_pose\nverticalOffset: {vertical_offset_m:.6f}\n",
        encoding="utf-8",
    )


def write_truth(session: SyntheticSession, folder: Path) -> None:
    """Write ``CODE_VISIT.json`` (who, scale factors, events, values) and ``CODE_VISIT.parquet`` (every frame)."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{session.participant.code}_{VISIT}"
    (folder / f"{stem}.json").write_text(json.dumps(_truth(session), indent=1) + "\n", encoding="utf-8")
    tables = [_frames(session, trial, recording) for trial, recording in session.recordings.items()]
    table = pa.concat_tables(tables, promote_options="default")
    table = table.replace_schema_metadata({"synthetic": SYNTHETIC})
    pq.write_table(table, folder / f"{stem}.parquet", compression="zstd", use_dictionary=["trial"])


def _metadata(person: Participant) -> str:
    subject = person.person.subject
    content = {
        "augmentermodel": "v0.3",
        "calibrationSettings": {"overwriteDeployedIntrinsics": False, "saveSessionIntrinsics": False},
        "checkerBoard": {
            "black2BlackCornersHeight_n": 4,
            "black2BlackCornersWidth_n": 5,
            "placement": "backWall",
            "squareSideLength_mm": 35.0,
        },
        "filterfrequency": "default",
        "gender_mf": "Woman" if subject.sex == "f" else "Man",
        "height_m": subject.height_m,
        "iphoneModel": {"Cam0": "synthetic", "Cam1": "synthetic"},
        "markerAugmentationSettings": {"markerAugmenterModel": "LSTM"},
        "mass_kg": subject.mass_kg,
        "openSimModel": "LaiUhlrich2022",
        "posemodel": "hrnet",
        "scalingsetup": "upright_standing_pose",
        "sex": subject.sex,
        "subjectID": "nobody",
        "synthetic": True,
    }
    return f"# {SYNTHETIC}\n" + yaml.safe_dump(content, sort_keys=True)


def _truth(session: SyntheticSession) -> dict[str, object]:
    person, subject = session.participant, session.participant.person.subject
    factors = zip(session.factors.bodies, session.factors.factors.tolist(), strict=True)
    return {
        "synthetic": SYNTHETIC,
        "participant": person.code,
        "visit": VISIT,
        "group": person.group,
        "population": person.person.population,
        "height_m": subject.height_m,
        "mass_kg": subject.mass_kg,
        "sex": subject.sex,
        "age_years": subject.age_years,
        "seat_height_m": person.seat_height_m,
        "scale_factors": {body: dict(zip("xyz", factor, strict=True)) for body, factor in factors},
        "heading_deg": round(float(np.degrees(session.room.heading_rad)), 3),
        "values": true_values(session),
        "trials": {
            trial: {
                "floor_height_m": round(recording.truth.floor_height_m, 6),
                "events_s": {
                    name: [round(float(t), 3) for t in times] for name, times in recording.truth.events_s.items()
                },
            }
            for trial, recording in session.recordings.items()
        },
    }


def _frames(session: SyntheticSession, trial: str, recording: Recording) -> pa.Table:
    """Angles [deg], contact forces [N], their points [m] and moments [Nm], and joint moments [Nm], frame by frame."""
    truth = recording.truth
    columns: dict[str, object] = {"trial": [trial] * len(truth.time_s), "time_s": np.round(truth.time_s, 7)}
    for place, name in enumerate(session.body.coordinates):
        shift = name in ("pelvis_tx", "pelvis_ty", "pelvis_tz")
        values = truth.q[:, place] if shift else np.rad2deg(truth.q[:, place])
        columns[f"{name}_{'m' if shift else 'deg'}"] = _single(values, 5 if shift else 3)
        if not name.startswith("pelvis_"):
            columns[f"{name}_moment_nm"] = _single(truth.moments_nm[:, place], 3)
    for key, contact in truth.forces.items():
        for what, values, decimals in (
            ("force_{}_n", contact.force_n, 2),
            ("point_{}_m", contact.point_m, 4),
            ("moment_{}_nm", contact.free_moment_nm, 3),
        ):
            for axis, column in zip("xyz", values.T, strict=True):
                columns[f"{key}_{what.format(axis)}"] = _single(column, decimals)
    return pa.table(columns)


def _single(values: Array, decimals: int) -> NDArray[np.float32]:
    return (np.round(values, decimals) + 0.0).astype(np.float32)
