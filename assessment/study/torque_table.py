"""Joint torque of two groups by task and joint, in the form of MAISE's Figure 9."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from assessment.study.groups import CONFIDENCE, hedges_g
from assessment.study.means import two_groups
from models.errors import SettingsError
from pipeline.trajectories import Array


def torque_table(
    curves: Mapping[tuple[str, str], pd.DataFrame],
    groups: tuple[str, str],
    *,
    synthetic: bool,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Compare peaks of group mean curves and of the participants behind them, for every task and joint.

    The peak of a mean curve is smaller than the mean of individual peaks where people differ in timing, so both are
    compared: ``g_at_peak`` takes each participant's value at the instant of the own group's mean peak (what the
    printed figure shows), ``g_own_peak`` each participant's own extremum in the direction of the reference group's.
    Effects are of magnitude: negative where the second group's is smaller.

    Parameters
    ----------
    curves : mapping
        (task, joint) to curves of participants as `participant_curves` returns them, Nm/kg.
    groups : (str, str)
        The reference first.
    synthetic : bool
        Whether the curves describe no person; the table says so in its title and in every row.
    confidence : float

    Returns
    -------
    DataFrame
        One row a task and joint: ``task``, ``joint``, ``data`` (``SYNTHETIC`` or ``recorded``); of each group
        (``_1``, ``_2``) ``n``, ``peak_nm_per_kg``, ``sd_nm_per_kg`` (between participants, the band), ``at_percent``;
        ``change_percent`` of the magnitude; ``g_at_peak`` and ``g_own_peak`` with ``_low``, ``_high``.
        ``attrs["title"]`` is a title for print.

    Raises
    ------
    SettingsError
        A group does not exist or has fewer than two participants.
    """
    rows = []
    for (task, joint), table in curves.items():
        two_groups(table.index.to_frame(), groups)
        first, second = (table.loc[group].to_numpy(dtype=float) for group in groups)
        if min(len(first), len(second)) < 2:
            raise SettingsError(
                f"{task}, {joint}: a group has fewer than two participants with a curve.",
                hint="Leave the row out, or include values with caution.",
            )
        sign = np.sign(_extremum(first.mean(axis=0)))
        at = [int(np.argmax(sign * group.mean(axis=0))) for group in (first, second)]
        peaks = [sign * group[:, frame] for group, frame in zip((first, second), at, strict=True)]
        row: dict[str, object] = {"task": task, "joint": joint, "data": "SYNTHETIC" if synthetic else "recorded"}
        for number, values, frame in zip(("1", "2"), peaks, at, strict=True):
            row |= {
                f"group_{number}": groups[int(number) - 1],
                f"n_{number}": len(values),
                f"peak_nm_per_kg_{number}": sign * values.mean(),
                f"sd_nm_per_kg_{number}": values.std(ddof=1),
                f"at_percent_{number}": frame,
            }
        row["change_percent"] = 100.0 * (peaks[1].mean() / peaks[0].mean() - 1.0)
        own = [(sign * group).max(axis=1) for group in (first, second)]
        for name, (one, two) in (("g_at_peak", peaks), ("g_own_peak", own)):
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), hedges_g(one, two, confidence), strict=True))
        rows.append(row)
    result = pd.DataFrame(rows)
    kind = "SYNTHETIC groups, no persons" if synthetic else "recorded groups"
    result.attrs["title"] = f"Joint torque by task and joint, {groups[0]} and {groups[1]} ({kind})"
    return result


def _extremum(curve: Array) -> float:
    return float(curve[np.argmax(np.abs(curve))])
