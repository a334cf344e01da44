"""What trials show, found for many together: as each alone, and a trial that fails stands for itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assessment.example import EXAMPLE
from assessment.movements import movements_of_many
from assessment.prepared import PreparedSession
from assessment.trial import TrialTask, run_trial, trial_movement
from models.errors import SarcoscopeError
from models.subject import Subject
from pipeline.scaling import build_scaled_model
from pipeline.session import read_session
from pipeline.settings import Settings


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """Two trials of the bundled example."""
    folder = tmp_path_factory.mktemp("movements")
    session = read_session(EXAMPLE, folder)
    prepared = PreparedSession(session)
    subject = Subject(height_m=1.6, mass_kg=65.0, sex="f", age_years=75.0)
    settings = Settings(scaler="measurement")
    markers = prepared.trial(session.static_trial).prepared.markers
    model = build_scaled_model(markers, subject, settings, session.marker_set, folder / "scaled.osim")
    return [
        TrialTask(session, session.trial(name), model, subject, settings, folder, prepared=prepared)
        for name in ("walk", "step_up")
    ]


def test_trials_show_together_what_they_show_alone(tasks):
    for task, found in zip(tasks, movements_of_many(tasks), strict=True):
        alone = trial_movement(task)
        assert found.activity == alone.activity
        np.testing.assert_allclose(found.kinematics.values, alone.kinematics.values, rtol=0.0, atol=1e-9)


def test_a_trial_that_cannot_be_read_is_named_and_leaves_the_others(tasks, tmp_path):
    missing = replace(tasks[0].trial, name="lost", marker_file=tmp_path / "lost.trc")
    session = replace(tasks[0].session, trials=(*tasks[0].session.trials, missing))
    lost = replace(tasks[0], session=session, trial=missing, prepared=None)
    failure, found = movements_of_many([lost, tasks[1]])
    assert isinstance(failure, SarcoscopeError)
    assert failure.context["trial"] == "lost"
    assert found.activity.name == trial_movement(tasks[1]).activity.name


def test_a_trial_is_assessed_with_the_angles_it_brings_along(tasks, tmp_path):
    alone = run_trial(tasks[0])
    (movement,) = movements_of_many(tasks[:1])
    # The files of the trial are not there any more: nothing is read twice.
    gone = replace(tasks[0].trial, marker_file=tmp_path / "gone.trc")
    given = run_trial(replace(tasks[0], trial=gone, prepared=None, movement=movement))
    assert given == alone
