"""A synthetic session is an OpenCap session of somebody whose feet stand and whose truth is true."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from assessment.synthetic.cohort import make
from assessment.synthetic.people import Population
from assessment.synthetic.points import ANATOMICAL, KEYPOINTS
from assessment.synthetic.session import SyntheticSession, make_session
from assessment.synthetic.true_values import true_values
from pipeline.session import read_markers, read_session

SEED, NUMBER = 1, 3
G_M_S2 = 9.80665


@pytest.fixture(scope="module")
def session() -> SyntheticSession:
    return make_session(Population(), SEED, NUMBER)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    make(folder, Population(), SEED, NUMBER)
    return folder


@pytest.fixture(scope="module")
def folder(cohort) -> Path:
    return cohort / "sessions" / "OpenCapData_S000003"


def test_it_reads_like_an_opencap_download(folder, session, tmp_path):
    read = read_session(folder, tmp_path)
    assert read.kind == "opencap"
    assert read.static_trial == "neutral"
    assert read.warnings == ()
    assert {trial.name for trial in read.trials} == {"neutral", "5xSTS", "walk"}
    subject = session.participant.person.subject
    assert (read.subject.height_m, read.subject.mass_kg) == (subject.height_m, subject.mass_kg)
    assert read.subject.sex == subject.sex
    markers = read_markers(read, read.trial("walk"))
    assert markers.rate_hz == pytest.approx(60.0, rel=1e-4)
    assert (folder / "MarkerData" / "walk.trc").read_text().splitlines()[3].split()[2:] == [
        *KEYPOINTS,
        *(f"{name}_study" for name in ANATOMICAL),
    ]


def test_every_file_says_that_it_is_synthetic(cohort):
    texts = [path for path in cohort.rglob("*") if path.suffix in (".trc", ".yaml", ".txt", ".json")]
    assert len(texts) == 9
    assert all("synthetic" in path.read_text(encoding="utf-8").lower() for path in texts)
    tables = list(cohort.rglob("*.parquet"))
    assert len(tables) == 1
    assert b"SYNTHETIC" in pq.read_schema(tables[0]).metadata[b"synthetic"]
    assert sum(path.stat().st_size for path in cohort.rglob("*") if path.is_file()) < 2.2e6


def test_the_same_participant_is_the_same_to_the_byte(cohort, tmp_path):
    make(tmp_path, Population(), SEED, NUMBER)
    files = [path.relative_to(cohort) for path in cohort.rglob("*") if path.is_file()]
    assert len(files) == 10
    assert all((tmp_path / name).read_bytes() == (cohort / name).read_bytes() for name in files)


def test_another_seed_is_another_person(session):
    other = make_session(Population(), SEED + 1, NUMBER)
    assert other.participant.person.subject != session.participant.person.subject


def test_the_truth_that_is_written_is_the_movement(cohort, session):
    truth = json.loads((cohort / "truth" / "S000003_V1.json").read_text())
    frames = pq.read_table(cohort / "truth" / "S000003_V1.parquet").to_pandas()
    walk = frames[frames["trial"] == "walk"]
    way = np.hypot(*(np.ptp(walk[f"pelvis_t{axis}_m"]) for axis in "xz"))
    assert way / walk["time_s"].max() == pytest.approx(truth["values"]["gait_speed"], rel=0.02)
    assert truth["values"] == true_values(session)
    assert truth["scale_factors"]["femur_r"]["y"] == session.factors.of("femur_r")[1]
    test = frames[frames["trial"] == "5xSTS"]
    knee = np.rad2deg(session.recordings["5xSTS"].truth.q[:, session.body.index("knee_angle_r")])
    np.testing.assert_allclose(test["knee_angle_r_deg"], knee, atol=1e-3)


def test_markers_are_near_where_they_truly_are(session):
    for recording in session.recordings.values():
        body, names = session.body, recording.markers.names
        rotations, origins = (np.asarray(part) for part in body.tree.body_frames(_tensor(recording.truth.q)))
        offsets = body.tree.offsets().markers.squeeze(-1).numpy()
        for marker in ("r.ASIS_study", "C7_study", "L_ankle_study"):
            place = body.tree.markers.index(marker)
            on = int(body.tree.marker_bodies[place])
            true_m = origins[:, on] + rotations[:, on] @ offsets[place]
            apart_m = np.linalg.norm(recording.markers.positions_m[:, names.index(marker)] - true_m, axis=1)
            assert 0.001 < np.median(apart_m) < 0.06


def test_feet_stand_still_while_they_carry(session):
    weight_n = session.body.mass_kg * G_M_S2
    for trial in ("5xSTS", "walk"):
        truth = session.recordings[trial].truth
        feet = session.body.frames(truth.q, ("calcn_r", "calcn_l"))
        for side in "rl":
            rotation, origin = feet[f"calcn_{side}"]
            loaded = truth.forces[side].force_n[:, 1] > 0.1 * weight_n
            heel = origin + rotation @ np.array([-session.body.heel_m, -session.body.sole_m, 0.0])
            ball = origin + rotation @ np.array([session.body.ball_m[0], -session.body.sole_m, 0.0])
            on_ball = ball[:, 1] <= heel[:, 1] + 1e-6
            for point, touches in ((ball, loaded & on_ball), (heel, loaded & ~on_ball)):
                pairs = touches[1:] & touches[:-1]
                slips = np.linalg.norm(np.diff(point, axis=0), axis=1)[pairs] * 60.0
                assert slips.max(initial=0.0) < 0.005


def test_true_forces_carry_the_body(session):
    weight_n = session.body.mass_kg * G_M_S2
    for recording in session.recordings.values():
        total = np.sum([contact.force_n for contact in recording.truth.forces.values()], axis=0)
        assert total[:, 1].mean() == pytest.approx(weight_n, rel=0.04)
        # Nothing but the contacts holds the pelvis.
        assert np.abs(recording.truth.moments_nm[:, :6]).max() < 0.01


def _tensor(values):
    import torch

    return torch.from_numpy(values)
