"""The moving skeleton: a stick figure with contact-force arrows, as a plotly animation."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from assessment.presentation import SIDE_COLOURS
from pipeline.stick_figure import StickFigure

# One metre of arrow for a kilonewton: body weight of an adult is then about as long as a thigh and shank.
ARROW_M_PER_N = 1e-3
_BONE_COLOUR = "#444444"
_FORCE_COLOURS = SIDE_COLOURS | {"seat": "#009E73", "load_r": "#CC79A7", "load_l": "#CC79A7"}


def skeleton_figure(figure: StickFigure, arrows: dict[str, NDArray[np.float64]], max_frames: int = 300) -> go.Figure:
    """Animate a stick figure.

    Parameters
    ----------
    figure : StickFigure
    arrows : dict of str to ndarray, shape (n_frames, 2, 3)
        Start and end of every contact force's arrow [m], at the figure's times.
    max_frames : int
        Longer movements are thinned to this many frames, to keep the page light.
    """
    step = int(np.ceil(len(figure.time_s) / max_frames))
    chosen = range(0, len(figure.time_s), step)
    frames = [go.Frame(data=_traces(figure, arrows, index), name=f"{figure.time_s[index]:.2f}") for index in chosen]
    low, high = figure.points_m.reshape(-1, 3).min(axis=0), figure.points_m.reshape(-1, 3).max(axis=0)
    low, high = low - 0.25, high + 0.25
    low[1] = figure.points_m[..., 1].min() - 0.02
    size = high - low
    rate_hz = 1.0 / (np.median(np.diff(figure.time_s)) * step)
    play = {"frame": {"duration": 1000.0 / rate_hz, "redraw": True}, "fromcurrent": True, "transition": {"duration": 0}}
    still = {"frame": {"duration": 0, "redraw": True}, "mode": "immediate", "transition": {"duration": 0}}
    view = go.Figure(data=frames[0].data, frames=frames)
    view.update_layout(
        height=620,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=True,
        legend={"x": 0, "y": 1},
        scene={
            # Plotly draws its z axis upwards; OpenSim's Y is up: the axes are permuted in _drawn.
            "xaxis": {"range": [low[0], high[0]], "title": "x [m]"},
            "yaxis": {"range": [-high[2], -low[2]], "title": "-z [m]"},
            "zaxis": {"range": [low[1], high[1]], "title": "y, up [m]"},
            "aspectmode": "manual",
            "aspectratio": dict(zip("xyz", size[[0, 2, 1]] / size.max() * 1.6, strict=True)),
            "camera": {"eye": {"x": 0.9, "y": -1.9, "z": 0.5}},
        },
        updatemenus=[
            {
                "type": "buttons",
                "direction": "left",
                "x": 0.0,
                "y": 0.0,
                "buttons": [
                    {"label": "Play", "method": "animate", "args": [None, play]},
                    {"label": "Pause", "method": "animate", "args": [[None], still]},
                ],
            }
        ],
        sliders=[
            {
                "x": 0.15,
                "len": 0.8,
                "y": 0.02,
                "currentvalue": {"prefix": "time [s] "},
                "steps": [
                    {"label": frame.name, "method": "animate", "args": [[frame.name], still]} for frame in frames
                ],
            }
        ],
    )
    return view


def _traces(figure: StickFigure, arrows: dict[str, NDArray[np.float64]], index: int) -> list[go.Scatter3d]:
    points = figure.points_m[index]
    # Every bone is a pair of points followed by a gap.
    bones = np.full((len(figure.bones), 3, 3), np.nan)
    bones[:, :2] = points[figure.bones]
    traces = [_line(bones.reshape(-1, 3), _BONE_COLOUR, 5, "skeleton")]
    traces += [_line(arrow[index], _FORCE_COLOURS[name], 8, f"force {name}") for name, arrow in arrows.items()]
    return traces


def _line(points_m: NDArray[np.float64], colour: str, width: float, name: str) -> go.Scatter3d:
    x, y, z = np.asarray(points_m, dtype=float).T
    return go.Scatter3d(
        x=x.round(4), y=(-z).round(4), z=y.round(4), mode="lines", line={"color": colour, "width": width}, name=name,
        hoverinfo="skip",
    )  # fmt: skip
