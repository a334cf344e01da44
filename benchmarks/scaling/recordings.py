"""Real recordings: what a scaler is given of a person, and what is kept back to judge it on.

All are prepared as an assessment prepares them. What cannot take part: older_pds_subject13 and older_bds_balance
(nobody moves), lab_bmc_gait (marker names of neither set), the empty OpenCap download, recordings without markers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.addbiomechanics.people import FILMED, FILMED_GUESSED
from benchmarks.scaling.methods import ADDBIOMECHANICS, ADDBIOMECHANICS_GUESSED
from models.markers import MarkerTrajectories, ScalingMarkers
from models.skeleton.marker_sets import MarkerSetName, marker_set
from models.subject import Subject
from pipeline.files.trc import read_trc
from pipeline.preparation import prepare_markers
from pipeline.scaling.measurements import with_hip_centres
from pipeline.scaling.static_window import SETTLING_S, find_static_window
from pipeline.settings import IkEngine

OC_A = "OC-A"


@dataclass(frozen=True)
class Recording:
    """One person's recordings in the folder of real data.

    Attributes
    ----------
    name, text : str
    folder : str
        Of the marker files.
    subject : Subject
    given : tuple of str
        Files of movement that scalers are given; the same file as ``unseen``: its first half.
    unseen : str
        File that is kept back; the second half of it where it is given too.
    static : str or None
        File of standing.
    own_model : str or None
        Model that came with the recording, scaled and with markers moved by others.
    marker_set : {'study', 'optical'}
    judged_by : {'opensim', 'batched'}
        Engine of the inverse kinematics; both find the same poses (docs/inverse-kinematics.md).
    addbiomechanics : dict of str to str
        Row -> name of a saved run of AddBiomechanics' engine.
    """

    name: str
    text: str
    folder: str
    subject: Subject
    given: tuple[str, ...]
    unseen: str
    static: str | None = None
    own_model: str | None = None
    marker_set: MarkerSetName = "study"
    judged_by: IkEngine = "batched"
    addbiomechanics: dict[str, str] = field(default_factory=dict)


_COLUMBIA = "opencap_columbia_gait_mit/OpenCapData_2db17660-ae9d-44b4-85ee-ab3193511c6d"
_LABORATORY = "lab_opencap_labvalidation_subject4_nimble"
_FIELD_STUDY = "opencap_fieldstudy_subject0_squats_mit/OpenCapData_fieldstudy-subject0"
# Nobody wrote down height and mass: those of an average adult.
_UNKNOWN = Subject(height_m=1.70, mass_kg=70.0, sex="unspecified")

RECORDINGS = (
    Recording(
        OC_A, "OpenCap field study: neutral, squats; kept back: asymmetric squats", f"{_FIELD_STUDY}/MarkerData",
        Subject(height_m=1.78, mass_kg=72.0, sex="m"), ("Squats_0.trc",), "Asym_0.trc", "neutral.trc",
        own_model=f"{_FIELD_STUDY}/OpenSimData/Model", judged_by="opensim",
        addbiomechanics={ADDBIOMECHANICS: FILMED, ADDBIOMECHANICS_GUESSED: FILMED_GUESSED},
    ),
    Recording(
        "LV-4 walk", "laboratory, reflective markers: static, squats; kept back: walk",
        f"{_LABORATORY}/MarkerData", Subject(height_m=1.72, mass_kg=60.05, sex="unspecified"),
        ("squats1.trc",), "walking1.trc", "static1.trc", marker_set="optical",
    ),
    Recording(
        "LV-4 rising", "the same; kept back: five-times sit-to-stand",
        f"{_LABORATORY}/MarkerData", Subject(height_m=1.72, mass_kg=60.05, sex="unspecified"),
        ("squats1.trc",), "STS1.trc", "static1.trc", marker_set="optical",
    ),
    Recording(
        "Columbia", "OpenCap, poor quality: neutral, walk; kept back: another walk", f"{_COLUMBIA}/MarkerData",
        Subject(height_m=1.67, mass_kg=60.0, sex="f"), ("walking2_1.trc",), "walking2_2.trc", "neutral.trc",
        own_model=f"{_COLUMBIA}/OpenSimData/Model",
    ),
    Recording(
        "NMD", "OpenCap, nobody stands, build not known: first half of a walk; kept back: second half",
        "opencap_nmd_walk120hz_mit", _UNKNOWN,
        ("example_joint_position_timeseries_walk.trc",), "example_joint_position_timeseries_walk.trc",
    ),
    Recording(
        "GRF walk", "OpenCap, nobody stands, build not known: first half of a walk; kept back: second half",
        "opencap_grf_templates_apache", _UNKNOWN,
        ("TemplateTRC_forGaitDynamics.trc",), "TemplateTRC_forGaitDynamics.trc",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """Markers of a recording.

    Attributes
    ----------
    given : ScalingMarkers
    static : MarkerTrajectories or None
        Standing, averaged into one frame.
    unseen : MarkerTrajectories
    """

    given: ScalingMarkers
    static: MarkerTrajectories | None
    unseen: MarkerTrajectories


def read_recording(recording: Recording, data: Path) -> Recorded:
    """Read and prepare the markers.

    Parameters
    ----------
    recording : Recording
    data : Path
        Folder of the real recordings.
    """
    window = None
    if recording.static is not None:
        standing = _read(recording, data, recording.static)
        window = find_static_window(standing, settling_s=SETTLING_S if recording.marker_set == "study" else 0.0)
    unseen = _read(recording, data, recording.unseen)
    movements = tuple(_read(recording, data, file) for file in recording.given if file != recording.unseen)
    if recording.unseen in recording.given:
        middle = unseen.n_frames // 2
        movements, unseen = (*movements, unseen.frames(0, middle)), unseen.frames(middle, unseen.n_frames)
    static = None if window is None else window.markers
    return Recorded(ScalingMarkers(static, movements), None if window is None else window.mean, unseen)


def own_model(recording: Recording, data: Path) -> Path | None:
    """The scaled model that came with a recording."""
    return None if recording.own_model is None else next((data / recording.own_model).glob("*_scaled.osim"))


def _read(recording: Recording, data: Path, file: str) -> MarkerTrajectories:
    markers = read_trc(data / recording.folder / file)
    if recording.marker_set == "optical":
        markers = with_hip_centres(markers)[0]
    return prepare_markers(markers.select(marker_set(recording.marker_set).names)).markers
