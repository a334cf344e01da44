"""Heel strikes, toe-offs, walking speed and toe clearance against force plates and markers.

``python -m benchmarks.gait_events [DATA]``: DATA is the folder of recordings (default: ../shared/data). Six walks of
one person with the angles that come with the data, two of another through our own scaling and inverse kinematics, and
the six again with OpenCap's errors on their markers.

An event counts where a plate begins or ends to bear more than 20 N, only one foot is near that plate while it does,
the foot is on no other plate, and the markers were recorded for 50 ms before and after. The speed is that of the middle
of the four pelvic markers, raw, between the plates' first and last heel strike, over whole strides where there are any.
The clearance is that of the marker on the second metatarsal head, with the product's definition.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from assessment.gait.strides import strides_of
from assessment.gait.track import Track, track
from assessment.gait.walk import Walk, describe_walk
from assessment.motion import SIDES, Side
from benchmarks.dynamics import own
from benchmarks.dynamics.shipped import FOLDER
from benchmarks.saving import save
from benchmarks.video_noise import seen_by_phones
from models.markers import MarkerTrajectories
from pipeline.contact.plates.reading import read_force_plates
from pipeline.contact.plates.recording import LOADED_N, Plate, PlateRecording
from pipeline.files.trc import read_trc
from pipeline.kinematics import read_kinematics
from pipeline.motion.landmarks import Landmarks, find_landmarks
from pipeline.session import read_session
from pipeline.trajectories import Array, Kinematics

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LAB_WALKS = ("walking1", "walking2", "walking4", "walkingTI1", "walkingTO1", "walkingTS1")
SEEDS = (1, 2, 3)
MARGIN_S = 0.05
# An event farther from that of the plates is another one.
SAME_EVENT_S = 0.15
KINDS = ("heel strike", "toe-off")


@dataclass(frozen=True)
class Recording:
    """One walk over plates.

    Attributes
    ----------
    name, group : str
    kinematics, landmarks, plates
        Of the walk.
    markers : MarkerTrajectories
        As recorded.
    pelvis, toes
        Names of the four pelvic markers, and of the one on each foot's second metatarsal head.
    """

    name: str
    group: str
    kinematics: Kinematics
    landmarks: Landmarks
    plates: PlateRecording
    markers: MarkerTrajectories
    pelvis: tuple[str, ...]
    toes: dict[Side, str]


@dataclass(frozen=True)
class Event:
    """A foot meets or leaves a plate."""

    side: Side
    kind: str
    time_s: float


def main(data: Path) -> None:
    """Print and save how far events, speeds and clearances are off."""
    with tempfile.TemporaryDirectory() as work:
        walks = [*lab_walks(data), *other_walks(data, Path(work))]
        walks += [filmed(data, walk, seed) for seed in SEEDS for walk in walks if walk.group == "laboratory"]
    rows: list[dict[str, Any]] = []
    print(f"{'walk':26s} {'side':4s} {'event':11s} {'plates s':>8s} {'off by ms':>9s}")
    for walk in walks:
        for event, off_s in event_differences(walk):
            rows.append({"walk": walk.name, "group": walk.group, "side": event.side, "event": event.kind})
            rows[-1] |= {"plates_s": round(event.time_s, 4), "off_ms": _rounded(1000.0 * off_s)}
            print(f"{walk.name:26s} {event.side:4s} {event.kind:11s} {event.time_s:8.3f} {1000 * off_s:9.0f}")
    figures: dict[str, Any] = {"events": rows, "summary": _summary(rows), "speed": [], "clearance": []}
    for group, kinds in figures["summary"].items():
        for kind, row in kinds.items():
            off = f"bias {row['bias_ms']:.0f}, SD {row['sd_ms']:.0f}, greatest {row['max_ms']:.0f} ms"
            print(f"{group}, {kind}: n {row['n']}, missed {row['missed']}, {off}")
    for walk in walks:
        speed_m_s, off_percent = speed_difference(walk)
        row = {"walk": walk.name, "markers_m_s": _rounded(speed_m_s), "off_percent": _rounded(off_percent)}
        figures["speed"].append(row)
        print(f"{walk.name:26s} speed {speed_m_s:.3f} m/s, off by {off_percent:+.1f} %")
    for walk in walks:
        for side, marker_mm, model_mm in clearances_mm(walk):
            row = {"walk": walk.name, "side": side, "marker_mm": _rounded(marker_mm), "model_mm": _rounded(model_mm)}
            figures["clearance"].append(row)
            print(f"{walk.name:26s} {side} toe clearance: marker {marker_mm:.0f} mm, model {model_mm:.0f} mm")
    print(f"saved {save('gait_events', figures).name}")


def lab_walks(data: Path) -> Iterator[Recording]:
    """Subject 4 of OpenCap's laboratory validation, with the model and the angles that come with the data."""
    folder = data / FOLDER
    for name in LAB_WALKS:
        kinematics = read_kinematics(folder / f"IK/{name}_manual_scaling_ik.mot")
        yield Recording(
            name,
            "laboratory",
            kinematics,
            find_landmarks(_model(data), kinematics),
            read_force_plates(folder / f"ID/{name}_grf.mot", np.eye(3)),
            read_trc(folder / f"MarkerData/{name}.trc"),
            ("L.ASIS", "L.PSIS", "r.ASIS", "r.PSIS"),
            {"r": "r_toe", "l": "L_toe"},
        )


def other_walks(data: Path, work: Path) -> Iterator[Recording]:
    """BMClab's two walks: legs only, the model scaled on the walk itself. Their files call left right."""
    for name, _, movement in own.movements(work, lambda wanted: wanted in own.WALKS_OF_OTHERS):
        session = read_session(own.DESCRIPTIONS / f"{name}.toml", work)
        assert movement.force_file is not None  # noqa: S101 - both have plates
        yield Recording(
            name,
            "legs only",
            movement.kinematics,
            find_landmarks(movement.model, movement.kinematics),
            read_force_plates(movement.force_file, session.conversion.file_to_ground),
            read_trc(data / f"lab_bmc_gait_ccby/{movement.trial}.trc"),
            ("L.ASIS", "L.PSIS", "R.ASIS", "R.PSIS"),
            {"r": "L.MT2", "l": "R.MT2"},
        )


def filmed(data: Path, walk: Recording, seed: int) -> Recording:
    """The same walk as two phones would have seen it: OpenCap's errors on its markers, 60 Hz."""
    seen = seen_by_phones(_model(data), walk.kinematics, "gait", seed)
    return replace(
        walk,
        name=f"{walk.name}, draw {seed}",
        group="OpenCap's errors",
        kinematics=seen,
        landmarks=find_landmarks(_model(data), seen),
    )


def plate_events(walk: Recording) -> list[Event]:
    """Where plates begin and end to bear one whole foot, inside the recording."""
    time_s, stood = walk.plates.time_s, [(plate, _foot(walk, plate)) for plate in walk.plates.plates]
    events = []
    for plate, side in stood:
        others = [other.loaded for other, foot in stood if foot == side and other is not plate]
        if side is None or any(np.any(plate.loaded & loaded) for loaded in others):
            continue
        force_n = plate.force_n[:, 1]
        for frame in np.flatnonzero(plate.loaded[1:] != plate.loaded[:-1]):
            share = (LOADED_N - force_n[frame]) / (force_n[frame + 1] - force_n[frame])
            kind = KINDS[0] if plate.loaded[frame + 1] else KINDS[1]
            events.append(Event(side, kind, float(time_s[frame] + share * (time_s[frame + 1] - time_s[frame]))))
    return sorted(events, key=lambda event: event.time_s)


def event_differences(walk: Recording) -> Iterator[tuple[Event, float]]:
    """Every event of the plates, and by how much ours is later [s]; NaN where it was missed."""
    found = describe_walk(walk.kinematics, walk.landmarks)
    first_s, last_s = (walk.markers.time_s[end] for end in (0, -1))
    for event in plate_events(walk):
        if first_s + MARGIN_S <= event.time_s <= last_s - MARGIN_S:
            off_s = _times_s(found, event) - event.time_s
            off_s = off_s[np.abs(off_s) < SAME_EVENT_S]
            yield event, float(off_s[np.argmin(np.abs(off_s))]) if len(off_s) else float("nan")


def speed_difference(walk: Recording) -> tuple[float, float]:
    """Speed of the raw pelvic markers between heel strikes on plates [m/s], and by how much ours is off [%]."""
    strikes_s = [event.time_s for event in plate_events(walk) if event.kind == KINDS[0]]
    steps = len(strikes_s) - 1
    stop_s = strikes_s[steps - steps % 2 if steps > 1 else steps]
    middle_m = np.mean([walk.markers.position_m(name) for name in walk.pelvis], axis=0)[:, [0, 2]]
    start_m, stop_m = (
        np.array([np.interp(time_s, walk.markers.time_s, axis) for axis in middle_m.T])
        for time_s in (strikes_s[0], stop_s)
    )
    reference_m_s = float(np.linalg.norm(stop_m - start_m)) / (stop_s - strikes_s[0])
    found_m_s = describe_walk(walk.kinematics, walk.landmarks).speed_m_s
    return reference_m_s, 100.0 * ((found_m_s or float("nan")) / reference_m_s - 1.0)


def clearances_mm(walk: Recording) -> Iterator[tuple[Side, float, float]]:
    """Toe clearance by the marker and by the model of every whole stride."""
    found = describe_walk(walk.kinematics, walk.landmarks)
    of_marker = _toe_markers(walk)
    for one, events in zip(found.route.passes, found.events, strict=True):
        for stride, by_marker in zip(
            strides_of(track(walk.landmarks), one.forward, events)[0],
            strides_of(of_marker, one.forward, events)[0],
            strict=True,
        ):
            yield stride.side, 1000.0 * by_marker.clearance_m, 1000.0 * stride.clearance_m


def _toe_markers(walk: Recording) -> Track:
    """The walk's track with the recorded toe markers in the place of the model's toes."""
    points_m = dict(walk.landmarks.points_m)
    for side in SIDES:
        seen_m = walk.markers.position_m(walk.toes[side])
        points_m[f"toe_{side}"] = np.stack(
            [np.interp(walk.landmarks.time_s, walk.markers.time_s, axis) for axis in seen_m.T], axis=1
        )
    return track(replace(walk.landmarks, points_m=points_m))


def _foot(walk: Recording, plate: Plate) -> Side | None:
    """The foot that is nearer to the plate's centre of pressure all the while it bears; None where they change."""
    times_s, point_m = walk.plates.time_s[plate.loaded], plate.pressure_point_m[plate.loaded]

    def distance_m(side: Side) -> Array:
        middle_m = 0.5 * (walk.landmarks[f"heel_{side}"] + walk.landmarks[f"toe_{side}"])
        there = [np.interp(times_s, walk.landmarks.time_s, middle_m[:, axis]) for axis in (0, 2)]
        return np.hypot(there[0] - point_m[:, 0], there[1] - point_m[:, 2])

    right_is_nearer = distance_m("r") < distance_m("l")
    if right_is_nearer.all():
        return "r"
    return None if right_is_nearer.any() else "l"


def _times_s(walk: Walk, event: Event) -> Array:
    times_s = [
        (events.heel_strikes_s if event.kind == KINDS[0] else events.toe_offs_s)[event.side] for events in walk.events
    ]
    return np.concatenate([*times_s, np.zeros(0)])


def _summary(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    summary: dict[str, dict[str, Any]] = {}
    for group in dict.fromkeys(row["group"] for row in rows):
        for kind in KINDS:
            off = [row["off_ms"] for row in rows if row["group"] == group and row["event"] == kind]
            known = np.array([one for one in off if one is not None])
            summary.setdefault(group, {})[kind] = {
                "n": len(off),
                "missed": len(off) - len(known),
                "bias_ms": _rounded(float(np.mean(known))),
                "sd_ms": _rounded(float(np.std(known, ddof=1))),
                "max_ms": _rounded(float(np.max(np.abs(known)))),
            }
    return summary


def _rounded(value: float) -> float | None:
    return round(value, 3) if np.isfinite(value) else None


def _model(data: Path) -> Path:
    return data / FOLDER / "Models/manually_scaled.osim"


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit("Usage: python -m benchmarks.gait_events [DATA]")
    main(Path(sys.argv[1]) if len(sys.argv) == 2 else DATA)
