"""Gates: each defect closes its gate, for the stated reason, and a sound trial passes all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from assessment.example import EXAMPLE
from assessment.gates import MOMENT_GATES, MOVEMENT_GATES, judge_kinematics, judge_kinetics
from assessment.scaling_task import ScalingTask, run_scaling
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject
from pipeline.kinematics import read_kinematics
from pipeline.quality import Mark, Quality
from pipeline.scaling import ScaledModel
from pipeline.session import read_session
from pipeline.settings import Settings
from pipeline.trajectories import ContactForce, ContactForces, JointMoments, Kinematics
from tests.assessment import movements

LAB_SESSION = Path(__file__).parents[1] / "lab_sessions" / "opencap_labvalidation_subject4.toml"
SUBJECT = Subject(height_m=1.75, mass_kg=70.0, sex="f")
MODEL = ScaledModel(
    Path("person.osim"), ScaleFactors(("femur_r",), np.ones((1, 3)), "measurement"), SUBJECT.mass_kg, "f", 1.74, {}
)
GOOD = movements.squats(3)


def judge(kinematics: Kinematics, model: ScaledModel = MODEL, markers: Quality | None = None) -> Quality:
    return judge_kinematics(kinematics, model, markers or Quality(), SUBJECT)


def with_values(name: str, start: int, stop: int, value: float) -> Kinematics:
    values = GOOD.coordinate(name).copy()
    values[start:stop] = value
    return movements.column(GOOD, name, values)


def with_marker_error(error_m: float, share: float = 1.0) -> Kinematics:
    errors = GOOD.marker_errors_m.copy()
    errors[: int(share * len(errors))] = error_m
    return replace(GOOD, marker_errors_m=errors)


def frames(start: int, stop: int, step: int = 1) -> Kinematics:
    part = slice(start, stop, step)
    return replace(GOOD, time_s=GOOD.time_s[part], values=GOOD.values[part], marker_errors_m=GOOD.marker_errors_m[part])


def without_frames(count: int) -> Kinematics:
    kept = np.ones(len(GOOD.time_s), dtype=bool)
    kept[100 : 100 + count] = False
    return replace(GOOD, time_s=GOOD.time_s[kept], values=GOOD.values[kept], marker_errors_m=GOOD.marker_errors_m[kept])


def test_a_sound_trial_is_reported_without_reasons() -> None:
    for kinematics in (GOOD, movements.sit_to_stand(), movements.walk(), movements.standing()):
        assert judge(kinematics) == Quality()
        assert judge(movements.facing(kinematics, 2.0, (1.0, -0.4, 3.0))) == Quality()


N = len(GOOD.time_s)
DEFECTS: list[tuple[str, Kinematics, Mark]] = [
    ("Length of the trial", frames(0, 70), Mark.WITH_CAUTION),
    ("Length of the trial", frames(0, 50), Mark.WITHHELD),
    ("Mean marker error", with_marker_error(0.03), Mark.WITH_CAUTION),
    ("Mean marker error", with_marker_error(0.045), Mark.WITHHELD),
    ("Frames with a marker error", with_marker_error(0.06, 0.1), Mark.WITH_CAUTION),
    ("Frames with a marker error", with_marker_error(0.06, 0.3), Mark.WITHHELD),
    ("Frames without a solution", with_values("knee_angle_r", 10, 12, np.nan), Mark.WITH_CAUTION),
    ("Frames without a solution", replace(GOOD, interpolated=tuple(range(N // 4))), Mark.WITHHELD),
    ("Dropped frames", without_frames(int(0.05 * N)), Mark.WITH_CAUTION),
    ("Dropped frames", without_frames(int(0.2 * N)), Mark.WITHHELD),
    ("limit of its range", with_values("hip_rotation_l", 0, int(0.1 * N), np.radians(-40.0)), Mark.WITH_CAUTION),
    ("limit of its range", with_values("hip_rotation_l", 0, int(0.5 * N), np.radians(-40.0)), Mark.WITHHELD),
    ("impossibly fast", with_values("hip_flexion_r", 200, 201, np.radians(110.0)), Mark.WITH_CAUTION),
    ("impossibly fast", with_values("pelvis_tx", 200, 201, 0.5), Mark.WITH_CAUTION),
    ("impossibly fast", movements.noisy(movements.noisy(GOOD), 1), Mark.REPORTED),
    ("tipped back", with_values("pelvis_tilt", 0, N // 2, np.radians(60.0)), Mark.WITHHELD),
    ("tipped back", with_values("pelvis_list", 0, N // 2, np.radians(-60.0)), Mark.WITHHELD),
    ("Vertical range", with_values("pelvis_ty", 0, N // 2, 1.5), Mark.WITHHELD),
]


@pytest.mark.parametrize(("reason", "kinematics", "mark"), DEFECTS)
def test_each_defect_closes_its_gate(reason: str, kinematics: Kinematics, mark: Mark) -> None:
    quality = judge(kinematics)
    assert quality.mark is mark
    assert any(reason in text for text in quality.reasons) is (mark is not Mark.REPORTED)


def test_a_backward_lean_is_told_from_a_forward_one_whatever_the_heading() -> None:
    bowed = with_values("pelvis_tilt", 0, N, np.radians(-60.0))
    fallen = with_values("pelvis_tilt", 0, N, np.radians(60.0))
    for heading in (0.0, 1.5, 3.0):
        assert judge(movements.facing(bowed, heading)).mark is Mark.REPORTED
        assert judge(movements.facing(fallen, heading)).mark is Mark.WITHHELD


def test_full_knee_extension_is_not_a_pinned_angle() -> None:
    assert judge(movements.column(movements.standing(), "knee_angle_r", np.zeros(480))).mark is Mark.REPORTED


def test_many_poor_frames_count_even_when_their_markers_are_unseen() -> None:
    assert judge(with_marker_error(np.nan, 0.3)).mark is Mark.WITHHELD


def test_implausible_scale_factors() -> None:
    one = ScaleFactors(("femur_r", "tibia_r"), np.array([[1, 1.6, 1], [1, 1, 1]]), "measurement")
    many = ScaleFactors(("femur_r", "tibia_r", "torso"), np.full((3, 3), 0.5), "measurement")
    assert judge(GOOD, replace(MODEL, factors=one)).mark is Mark.WITH_CAUTION
    assert judge(GOOD, replace(MODEL, factors=many)).mark is Mark.WITHHELD


@pytest.mark.parametrize(
    ("body_height_m", "mark"),
    [
        (1.75, Mark.REPORTED),
        (1.75 / 1.05, Mark.REPORTED),  # an old person gives the height of her youth, 8 cm more than today's
        (1.75 / 1.12, Mark.WITH_CAUTION),
        (1.75 / 0.88, Mark.WITH_CAUTION),
        (1.75 / 1.17, Mark.WITHHELD),
        (1.75 / 0.81, Mark.WITHHELD),
        (None, Mark.REPORTED),
    ],
)
def test_a_height_that_is_not_the_models_closes_its_gate(body_height_m: float | None, mark: Mark) -> None:
    quality = judge(GOOD, replace(MODEL, body_height_m=body_height_m))
    assert quality.mark is mark
    assert any(reason.startswith("Height as given") for reason in quality.reasons) is (mark is not Mark.REPORTED)


def test_what_the_markers_said_is_kept() -> None:
    quality = judge(GOOD, markers=Quality.caution("r_knee jumps"))
    assert quality == Quality.caution("r_knee jumps")


def test_reasons_name_the_value_and_the_threshold() -> None:
    (reason, *_) = judge(with_marker_error(0.03)).reasons
    assert reason == "Mean marker error of the model: 3 cm (at most 2.5 cm is expected)."


def dynamics(
    *, share_of_weight: float = 1.0, residual_n_per_kg: float = 0.1, residual_nm_per_kg: float = 0.1,
    valid: float = 1.0, floor_m: float = 0.0, com: Callable[[np.ndarray], np.ndarray] = np.zeros_like,
) -> tuple[ContactForces, JointMoments]:  # fmt: skip
    """Forces and moments of somebody whose centre of mass moves as ``com`` says [m]."""
    time_s = GOOD.time_s
    ones = np.ones(len(time_s))
    acceleration = np.gradient(np.gradient(com(time_s), time_s), time_s)
    force = np.zeros((len(ones), 3))
    force[:, 1] = share_of_weight * SUBJECT.mass_kg * 9.80665 + SUBJECT.mass_kg * acceleration
    residual = np.zeros_like(force)
    residual[:, 0] = 1.0
    good = np.arange(len(ones)) < valid * len(ones)
    foot = ContactForce("calcn_r", force, np.zeros_like(force), np.zeros_like(force))
    forces = ContactForces(
        time_s, {"r": foot}, "measured", floor_m, residual_n_per_kg * SUBJECT.mass_kg * residual,
        residual_nm_per_kg * SUBJECT.mass_kg * residual, good,
    )  # fmt: skip
    centre = np.zeros_like(force)
    centre[:, 1] = com(time_s)
    moments = JointMoments(
        time_s, GOOD.coordinates, GOOD.values, np.zeros_like(GOOD.values), np.zeros_like(GOOD.values), 4.0, good, centre
    )
    return forces, moments


@pytest.mark.parametrize(
    ("reason", "settings", "mark"),
    [
        ("", {}, Mark.REPORTED),
        ("body weight", {"share_of_weight": 0.95}, Mark.WITH_CAUTION),
        ("body weight", {"share_of_weight": 1.15}, Mark.WITHHELD),
        ("", {"residual_n_per_kg": 0.49, "residual_nm_per_kg": 0.29}, Mark.REPORTED),
        ("Unexplained force", {"residual_n_per_kg": 0.51}, Mark.WITHHELD),
        ("Unexplained moment", {"residual_nm_per_kg": 0.45}, Mark.WITH_CAUTION),
        ("Unexplained moment", {"residual_nm_per_kg": 0.51}, Mark.WITHHELD),
        ("usable forces", {"valid": 0.5}, Mark.WITH_CAUTION),
        ("usable forces", {"valid": 0.0}, Mark.WITHHELD),
        ("above the floor", {"floor_m": -0.4}, Mark.WITHHELD),
    ],
)
def test_moment_gates(reason: str, settings: dict[str, float], mark: Mark) -> None:
    quality = judge_kinetics(Quality(), *dynamics(**settings), SUBJECT)  # type: ignore[arg-type]
    assert quality.mark is mark
    assert any(reason in text for text in quality.reasons) is (mark is not Mark.REPORTED)


def test_a_cut_out_of_an_upward_push_is_not_mistaken_for_wrong_weight() -> None:
    def pushing_up(time_s: np.ndarray) -> np.ndarray:
        return 0.5 * 1.5 * time_s**2

    assert judge_kinetics(Quality(), *dynamics(com=pushing_up), SUBJECT).mark is Mark.REPORTED


def test_moments_are_never_better_than_the_movement_and_times_survive_bad_forces() -> None:
    forces, moments = dynamics(share_of_weight=1.3)
    assert judge_kinetics(Quality.withheld("pinned"), *dynamics(), SUBJECT).mark is Mark.WITHHELD
    assert judge_kinetics(judge(GOOD), forces, moments, SUBJECT).mark is Mark.WITHHELD
    assert judge(GOOD).mark is Mark.REPORTED
    assert judge_kinetics(Quality(), None, None, SUBJECT).mark is Mark.WITHHELD


def test_every_gate_says_what_it_measures_and_where_its_thresholds_come_from() -> None:
    gates = (*MOVEMENT_GATES, *MOMENT_GATES)
    assert len({gate.name for gate in gates}) == len(gates)
    for gate in gates:
        assert gate.label
        assert gate.source
        assert (gate.withheld <= gate.caution) if gate.low_is_bad else (gate.withheld >= gate.caution)


@pytest.fixture(scope="module")
def scaled(shared_data, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ScaledModel]:
    """The model of a session, scaled as its files say."""

    @cache
    def build(name: str) -> ScaledModel:
        folder = tmp_path_factory.mktemp("scaled")
        if name == "field":
            session = read_session(shared_data(movements.FIELD).parents[1], folder)
        elif name == "lab":
            shared_data("lab_opencap_labvalidation_subject4_nimble")
            session = read_session(LAB_SESSION, folder)
        else:
            session = read_session(EXAMPLE, folder)
        subject = session.subject.complete(sex="unspecified")
        static = session.trial(str(session.static_trial))
        return run_scaling(ScalingTask(session, static, subject, Settings(), folder))

    return build


@pytest.mark.parametrize(("name", "height_m"), [("field", 1.78), ("lab", 1.72), ("example", 1.56)])
def test_legs_and_trunk_tell_the_height_of_young_and_old(
    scaled: Callable[[str], ScaledModel], name: str, height_m: float
) -> None:
    assert scaled(name).body_height_m == pytest.approx(height_m, rel=0.03)


@pytest.mark.parametrize(
    ("name", "height_m", "mark"),
    [
        ("field", 1.78, Mark.REPORTED),
        ("field", 2.10, Mark.WITHHELD),
        ("field", 1.45, Mark.WITHHELD),
        ("lab", 1.72, Mark.REPORTED),
        ("example", 1.56, Mark.REPORTED),
    ],
)
def test_a_mistyped_height_is_seen_in_the_scaled_model(
    scaled: Callable[[str], ScaledModel], name: str, height_m: float, mark: Mark
) -> None:
    subject = replace(SUBJECT, height_m=height_m)
    assert judge_kinematics(GOOD, scaled(name), Quality(), subject).mark is mark


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_spoiled_columbia_walks_are_withheld_for_pinned_angles(shared_data, number: int) -> None:
    quality = judge(read_kinematics(shared_data(f"{movements.COLUMBIA}/walking2_{number}.mot")))
    assert quality.mark is Mark.WITHHELD
    assert any("limit of its range" in reason for reason in quality.reasons)


def test_the_walk_with_outliers_is_withheld_for_its_jumps(shared_data) -> None:
    quality = judge(read_kinematics(shared_data(movements.NMD_WALK)))
    assert quality.mark is Mark.WITHHELD
    assert any("impossibly fast" in reason for reason in quality.reasons)


@pytest.mark.parametrize(
    "relative",
    [
        f"{movements.FIELD}/Squats_0.mot",
        f"{movements.FIELD}/Asym_0.mot",
        movements.TREADMILL,
        *(movements.lab_trial(name) for name in ("STS1", "STSAsym1", "STSweakLegs1", "squats1", "walking2")),
    ],
)
def test_sound_recordings_pass(shared_data, relative: str) -> None:
    assert judge(read_kinematics(shared_data(relative))).mark is Mark.REPORTED


def test_moments_from_estimated_forces_are_never_better_than_with_caution() -> None:
    forces, moments = dynamics()
    assert judge_kinetics(Quality(), forces, moments, SUBJECT).mark is Mark.REPORTED
    estimated = judge_kinetics(Quality(), replace(forces, origin="estimated"), moments, SUBJECT)
    assert estimated.mark is Mark.WITH_CAUTION
    assert estimated.reasons == ("Contact forces are estimated from the movement, not measured.",)


def test_every_gate_has_a_sentence_that_a_clinician_understands() -> None:
    for gate in (*MOVEMENT_GATES, *MOMENT_GATES):
        assert gate.plain.endswith(".")
        assert gate.plain.count(".") == 1
        assert not any(word in gate.plain for word in ("marker error", "residual", "RMS", "coordinate", "kinematics"))
