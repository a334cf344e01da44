"""From a scene to the bytes that the viewer's script plays."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from app.viewer.packing import Blocks
from app.viewer.scene import Curve, Points, Scene
from app.viewer.shape import joints_of, shapes_of, with_head
from assessment.presentation import SIDE_COLOURS
from assessment.summary import RepetitionRecord
from assessment.uncertainty import decimals

# 600 frames with all that can be shown take 0.4 MB; longer trials are thinned to stay below this.
MAX_BYTES = 500_000
_HEADER_BYTES = 20_000
# The camera follows the pelvis's mean over so long, so that single steps do not shake the picture.
_FOLLOWED_S = 1.0
# Green for the seat, purple for what is held: Okabe and Ito's palette, as the sides.
FORCE_COLOURS = SIDE_COLOURS | {"seat": "#009E73", "load_r": "#CC79A7", "load_l": "#CC79A7"}


def payload(scene: Scene, repetitions: list[RepetitionRecord], texts: dict[str, Any], start_s: float | None) -> bytes:
    """Pack a scene.

    Parameters
    ----------
    scene : Scene
    repetitions : list of RepetitionRecord
        Shaded under the curves.
    texts : dict
        Everything that is written in the viewer, in the user's language.
    start_s : float or None
        Time to show first, standing still; None plays from the beginning.
    """
    figure = scene.figure
    chosen = slice(None, None, _step(scene))
    names, points_m = with_head(figure.names, figure.points_m)
    generic_m = None if figure.points_generic_m is None else with_head(figure.names, figure.points_generic_m)[1]
    time_s = figure.time_s[chosen]
    solid = {"points": points_m, "generic": generic_m, "markers": scene.markers_m, **_arrow_blocks(scene)}
    space = {name: values[chosen] for name, values in solid.items() if values is not None}
    blocks = Blocks()
    low, high = _range(*space.values())
    for name, values in space.items():
        blocks.add(name, values, low=low, high=high)
    for index, curve in enumerate(scene.curves):
        values = np.stack([curve.sides[side][chosen] for side in SIDE_COLOURS])
        bottom, top = _range(values)
        blocks.add(f"curve{index}", values, low=bottom, high=top)
    blocks.add_exact("time", time_s)
    blocks.add_exact("followed", _followed(names, points_m[chosen], time_s))
    blocks.add_exact("heading", _heading(names, points_m[chosen]))
    header: dict[str, Any] = {
        "start_s": start_s,
        "floor_m": scene.floor_m,
        "shapes": shapes_of(names, figure.bones),
        "joints": joints_of(names),
        "arrows": [{"name": name, "colour": FORCE_COLOURS[name]} for name in scene.arrows_m],
        "curves": [_curve_entry(curve) for curve in scene.curves],
        "repetitions": [[one.start_s, one.stop_s, one.index] for one in repetitions],
        "side_colours": SIDE_COLOURS,
        "texts": texts,
    }
    # The script keeps its place when the same movement comes again.
    header["id"] = hashlib.sha256(points_m.tobytes() + time_s.tobytes()).hexdigest()[:16]
    return blocks.packed(header)


def _arrow_blocks(scene: Scene) -> dict[str, Points]:
    return {f"arrow_{name}": arrow for name, arrow in scene.arrows_m.items()}


def _step(scene: Scene) -> int:
    """Every how-manieth frame is sent; the script draws between them."""
    points = 2 + len(scene.figure.names)
    solid = points * (1 if scene.figure.points_generic_m is None else 2) + scene.markers_m.shape[1]
    numbers = 3 * (solid + 2 * len(scene.arrows_m)) + 2 * len(scene.curves) + 8
    return int(np.ceil(len(scene.figure.time_s) * numbers * 2 / (MAX_BYTES - _HEADER_BYTES)))


def _range(*arrays: NDArray[Any]) -> tuple[float, float]:
    finite = np.concatenate([values[np.isfinite(values)].ravel() for values in arrays])
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _curve_entry(curve: Curve) -> dict[str, Any]:
    places = 0 if curve.unit == "deg" else max(0, decimals(curve.unit, curve.standard_error))
    return {"decimals": places, "unit": "°" if curve.unit == "deg" else f" {curve.unit}"}


def _followed(names: tuple[str, ...], points_m: Points, time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the camera looks when it follows: the pelvis over the floor, smoothed, shape (n_frames, 2) [m]."""
    centre = points_m[:, names.index("pelvis")] if "pelvis" in names else points_m.mean(axis=1)
    width = max(1, round(_FOLLOWED_S / float(np.median(np.diff(time_s)))))
    return uniform_filter1d(centre[:, [0, 2]].astype(float), width, axis=0, mode="nearest")


def _heading(names: tuple[str, ...], points_m: Points) -> NDArray[np.float64]:
    """Direction that the pelvis faces, about the vertical from X towards Z, shape (n_frames,) [rad].

    Anatomical views are views of the person and not of the room.
    """
    if not {"femur_r", "femur_l"} <= set(names):
        return np.zeros(len(points_m))
    to_right = points_m[:, names.index("femur_r")] - points_m[:, names.index("femur_l")]
    return np.unwrap(np.arctan2(-to_right[:, 0], to_right[:, 2]))
