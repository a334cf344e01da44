"""Curves of joints as charts: over time, or over the cycle with every repetition, their mean and a band."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from app.charts.joints import Joint, Quantity
from app.charts.source import PERCENT, Cycle, Source
from app.charts.spec import MIDDLE, Array, Band, Dash, Line, Mark, PlotSpec, Span
from app.language import _, _result
from assessment.presentation import SIDE_COLOURS, SIDE_NAMES
from assessment.uncertainty import Z95

Axis = Literal["time", "cycle"]
BandOf = Literal["none", "spread", "error"]
DASHES: tuple[Dash, ...] = ("solid", "dash")
FEWEST_FOR_SPREAD = 2


@dataclass(frozen=True)
class View:
    """What of the curves is drawn.

    Attributes
    ----------
    band : {'none', 'spread', 'error'}
        Standard deviation between repetitions, or 95 % interval from the standard errors.
    cursor_s : float or None
        The moment that the 3-D page was left at.
    """

    quantity: Quantity
    axis: Axis
    band: BandOf
    cursor_s: float | None = None


def chart(joint: Joint, sources: list[Source], view: View) -> PlotSpec:
    """One joint, both sides, one trial or two; the second is dashed."""
    lines: list[Line] = []
    bands: list[Band] = []
    for one, dash in zip(sources, DASHES, strict=False):
        trust = one.trust(view.quantity)
        for side in joint.sides:
            draw = _over_cycle if view.axis == "cycle" else _over_time
            more_lines, more_bands = draw(joint, one, side, view, dash)
            lines += [replace(line, trust=trust) for line in more_lines]
            bands += [replace(band, trust=trust) for band in more_bands]
    first = sources[0]
    title = f"{joint.title(view.quantity)} [{first.unit(view.quantity)}]"
    return PlotSpec(
        title=title,
        x_title=_("% of the cycle") if view.axis == "cycle" else _("time [s]"),
        y_title=first.unit(view.quantity),
        lines=tuple(lines),
        bands=tuple(bands),
        spans=_repetitions(first) if view.axis == "time" else (),
        marks=_events(first, view.axis),
        cursor=_cursor(first, view),
        alt=_alt(title, lines),
    )


def _over_time(joint: Joint, of: Source, side: str, view: View, dash: Dash) -> tuple[list[Line], list[Band]]:
    colour, name = _look(side, of)
    values = of.values(joint, side, view.quantity)
    line = Line(of.time_s, values, name, colour, dash=dash)
    errors = of.errors(joint, side, view.quantity) if view.band == "error" else None
    if errors is None:
        return [line], []
    return [line], [_band(of.time_s, values, Z95 * errors, _("{name}, 95 % interval", name=name), colour)]


def _over_cycle(joint: Joint, of: Source, side: str, view: View, dash: Dash) -> tuple[list[Line], list[Band]]:
    colour, name = _look(side, of)
    # What has no sides goes by the right leg's strides.
    cycles = [cycle for cycle in of.cycles if (side or "r") in cycle.sides]
    if not cycles:
        return [], []
    values = of.values(joint, side, view.quantity)
    every = np.array([of.over(cycle, values) for cycle in cycles])
    thin = [
        Line(PERCENT, one, _("{name}, repetition {n}", name=name, n=n), colour, 0.8, dash, 0.45, legend=False)
        for n, one in enumerate(every, start=1)
    ]
    mean = _mean(every)
    bold = Line(PERCENT, mean, _("{name}, mean of {n}", name=name, n=len(every)), colour, 3.0, dash)
    half, said = _half_width(joint, of, side, cycles, every, view)
    bands = [] if half is None else [_band(PERCENT, mean, half, f"{name}, {said}", colour)]
    return [*thin, bold], bands


def _half_width(
    joint: Joint, of: Source, side: str, cycles: list[Cycle], every: Array, view: View
) -> tuple[Array | None, str]:
    """Half the width of the band over the cycle, and what it is."""
    if view.band == "spread" and len(every) >= FEWEST_FOR_SPREAD:
        known = np.isfinite(every).sum(axis=0) >= FEWEST_FOR_SPREAD
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            spread = np.nanstd(every, axis=0, ddof=1)
        return np.where(known, spread, np.nan), _("SD of the repetitions")
    errors = of.errors(joint, side, view.quantity) if view.band == "error" else None
    if errors is None:
        return None, ""
    # The errors of one person's repetitions are alike: their mean is as uncertain as each.
    return Z95 * _mean(np.array([of.over(cycle, errors) for cycle in cycles])), _("95 % interval")


def _mean(every: Array) -> Array:
    """Mean of the repetitions in which a per cent is known; NaN where it is known in none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(every, axis=0))


def _band(x: Array, middle: Array, half: Array, name: str, colour: str) -> Band:
    return Band(x, middle - half, middle + half, name, colour)


def _look(side: str, of: Source) -> tuple[str, str]:
    """Colour and name; the side's colour is the same everywhere."""
    name = _result(SIDE_NAMES[side]) if side else _("both sides")
    return SIDE_COLOURS.get(side, MIDDLE), f"{name}, {of.label}" if of.label else name


def _repetitions(of: Source) -> tuple[Span, ...]:
    return tuple(Span(one.start_s, one.stop_s, str(one.index)) for one in of.trial.repetitions)


def _events(of: Source, axis: Axis) -> tuple[Mark, ...]:
    """Over time the moments at which the pelvis leaves the seat; over the cycle the mean of each event, named."""
    if axis == "time":
        return tuple(Mark(one.time_s) for one in of.trial.seat_offs)
    if of.trial.strides:
        return tuple(_toe_offs(of))
    shares_of: dict[str, list[float]] = {}
    for one in of.trial.repetitions:
        for event, time_s in one.events_s.items() if one.complete else ():
            share = 100.0 * (time_s - one.start_s) / (one.stop_s - one.start_s)
            if 0.0 < share < 100.0:
                shares_of.setdefault(event, []).append(share)
    return tuple(Mark(float(np.mean(shares)), _event_name(event)) for event, shares in shares_of.items())


def _toe_offs(of: Source) -> Iterator[Mark]:
    """Mean toe-off of each side; the word stands once, since both are near each other."""
    word = _("toe-off")
    for side, colour in SIDE_COLOURS.items():
        shares = [
            one.toe_off_percent for one in of.trial.strides if one.side == side and one.toe_off_percent is not None
        ]
        if shares:
            yield Mark(float(np.mean(shares)), word, colour)
            word = ""


def _event_name(event: str) -> str:
    """``seat_off`` for people."""
    names = {
        "seat_off": _("seat-off"),
        "stand": _("full stand"),
        "descent_start": _("descent starts"),
        "sit": _("sitting"),
        "lowest": _("lowest"),
        "foot_on_step": _("foot on step"),
        "lag_foot_off": _("other foot off"),
        "lag_foot_on": _("other foot on step"),
        "step_down_start": _("step down starts"),
        "step_down_stop": _("step down ends"),
        "turn_start": _("turn starts"),
        "turn_stop": _("turn ends"),
    }
    return names.get(event, event.replace("_", " "))


def _cursor(of: Source, view: View) -> float | None:
    """Where the moment of the 3-D page lies on the axis."""
    if view.cursor_s is None or view.axis == "time":
        return view.cursor_s
    for cycle in of.cycles:
        if cycle.start_s <= view.cursor_s <= cycle.stop_s:
            return 100.0 * (view.cursor_s - cycle.start_s) / (cycle.stop_s - cycle.start_s)
    return None


def _alt(title: str, lines: list[Line]) -> str:
    """Lowest and highest value of every curve that has a name in the legend."""
    said = [
        _(
            "{name} from {low} to {high}",
            name=line.name,
            low=f"{np.nanmin(line.y):.3g}",
            high=f"{np.nanmax(line.y):.3g}",
        )
        for line in lines
        if line.legend and np.isfinite(line.y).any()
    ]
    return f"{title}: {'; '.join(said)}" if said else _("{title}: nothing is known", title=title)
