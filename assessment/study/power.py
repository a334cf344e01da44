"""How many participants a comparison of two groups needs, and what a given number can show."""

from __future__ import annotations

from math import ceil

from statsmodels.stats.power import TTestIndPower

from models.errors import SettingsError

ALPHA = 0.05
POWER = 0.8


def sample_size(
    g: float, *, power: float = POWER, alpha: float = ALPHA, ratio: float = 1.0, lost_share: float = 0.0
) -> tuple[int, int]:
    """Participants per group for a two-sided t-test to show an effect.

    Parameters
    ----------
    g : float
        Standardised difference that should not be missed. A published g is optimistic: use the lower end of its
        interval, or the smallest difference that matters over the SD.
    power, alpha : float
        Divide ``alpha`` by the size of the family where Holm's p values will be used (safe side).
    ratio : float
        Participants of the second group per participant of the first.
    lost_share : float
        Share of participants expected without a value: drop-outs and withheld values.

    Returns
    -------
    n_1, n_2 : int
        To recruit.

    Raises
    ------
    SettingsError
        A number is out of its range.
    """
    _check(g=(g, abs(g) > 0.0, "not 0"), ratio=(ratio, ratio > 0.0, "above 0"))
    _check(lost_share=(lost_share, 0.0 <= lost_share < 1.0, "0 or more, below 1"))
    _check_levels(power=power, alpha=alpha)
    n_1 = ceil(_solve(effect_size=abs(g), nobs1=None, alpha=alpha, power=power, ratio=ratio))
    n_2 = ceil(ratio * n_1)
    return ceil(n_1 / (1.0 - lost_share)), ceil(n_2 / (1.0 - lost_share))


def power_of(g: float, n_1: int, n_2: int, *, alpha: float = ALPHA) -> float:
    """Chance that a two-sided t-test shows an effect of this size.

    Parameters
    ----------
    g : float
    n_1, n_2 : int
        Participants with a value, at least 2 each.
    alpha : float
    """
    _check_sizes(n_1, n_2)
    _check_levels(alpha=alpha)
    return float(TTestIndPower().power(abs(g), n_1, alpha, ratio=n_2 / n_1))


def detectable_g(n_1: int, n_2: int, *, power: float = POWER, alpha: float = ALPHA) -> float:
    """Smallest standardised difference that a two-sided t-test shows with the given power.

    Parameters
    ----------
    n_1, n_2 : int
        Participants with a value, at least 2 each.
    power, alpha : float
    """
    _check_sizes(n_1, n_2)
    _check_levels(power=power, alpha=alpha)
    return _solve(effect_size=None, nobs1=n_1, alpha=alpha, power=power, ratio=n_2 / n_1)


def _solve(**known: float | None) -> float:
    return float(TTestIndPower().solve_power(alternative="two-sided", **known))


def _check_sizes(n_1: int, n_2: int) -> None:
    _check(n_1=(n_1, n_1 >= 2, "2 or more"), n_2=(n_2, n_2 >= 2, "2 or more"))


def _check_levels(**levels: float) -> None:
    _check(**{name: (value, 0.0 < value < 1.0, "above 0, below 1") for name, value in levels.items()})


def _check(**rules: tuple[float, bool, str]) -> None:
    for name, (value, holds, accepted) in rules.items():
        if not holds:
            raise SettingsError(f"{name} is {value:g}.", hint=f"Accepted: {accepted}.")
