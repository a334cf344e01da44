"""A second, independent account of the criteria: own tables and own logic, sharing nothing with the package.

Codes: T met, F not met, I too near the cut-off for its standard error, N not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ANSWER = {"T": "meets", "F": "does_not_meet", "I": "indeterminate", "N": "not_assessable"}

# men, women
GRIP_AWGS_2025 = {"younger": (34, 20), "older": (28, 18)}
ASM_H2_AWGS_2025 = {
    ("younger", "dxa"): (7.2, 5.5), ("younger", "bia"): (7.6, 5.7),
    ("older", "dxa"): (7.0, 5.4), ("older", "bia"): (7.0, 5.7),
}  # fmt: skip
ASM_BMI_AWGS_2025 = {
    ("younger", "dxa"): (0.80, 0.55), ("younger", "bia"): (0.90, 0.63),
    ("older", "dxa"): (0.73, 0.52), ("older", "bia"): (0.83, 0.57),
}  # fmt: skip
CALF = (34, 33)


@dataclass(frozen=True)
class Case:
    """A synthetic person: values with standard errors, None where not known."""

    sex: str
    age: float | None
    height: float | None
    mass: float | None
    method: str | None
    values: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def code(self, name: str, operator: str, men: float, women: float | None = None) -> str:
        if name not in self.values or self.sex == "unspecified":
            return "N"
        return near(*self.values[name], operator, men if women is None or self.sex == "m" else women)

    def asm(self, by: str, limits: tuple[float, float] | None) -> str:
        if "asm_kg" not in self.values or self.sex == "unspecified" or self.height is None or limits is None:
            return "N"
        factor = 1 / self.height**2
        if by == "bmi":
            if self.mass is None:
                return "N"
            factor = self.height**2 / self.mass
        value, error = self.values["asm_kg"]
        return near(value * factor, error * factor, "<", limits[self.sex == "f"])

    def screened(self) -> bool:
        calf = self.code("calf_cm", "<", *CALF)
        sarc_f = self.values.get("sarc_f", (None,))[0]
        if self.sex == "unspecified":
            return False
        return calf == "T" or (sarc_f is not None and sarc_f >= 4)


def near(value: float, error: float, operator: str, limit: float) -> str:
    if error > 0 and abs(value - limit) < 1.96 * error:
        return "I"
    met = {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}[operator]
    return "T" if met else "F"


def done(*codes: str) -> str:
    """Alternative tests of one ability."""
    return next((code for code in "TIF" if code in codes), "N")


def both(*codes: str) -> str:
    return next(code for code in "FNIT" if code in codes)


def either(*codes: str) -> str:
    return next(code for code in "TINF" if code in codes)


def awgs_2025(case: Case) -> tuple[str, str]:
    if case.age is None or case.age < 50:
        return ANSWER["N"], ""
    band = "younger" if case.age < 65 else "older"
    grip = case.code("grip_kg", "<", *GRIP_AWGS_2025[band])
    key = (band, case.method or "")
    mass = either(case.asm("h2", ASM_H2_AWGS_2025.get(key)), case.asm("bmi", ASM_BMI_AWGS_2025.get(key)))
    if grip == "T":
        return ANSWER["T"], "sarcopenia" if mass == "T" else "possible sarcopenia"
    if grip == "F":
        return ANSWER["F"], ""
    return ANSWER[grip], "at risk" if case.screened() else ""


def awgs_2019(case: Case) -> tuple[str, str]:
    grip = case.code("grip_kg", "<", 28, 18)
    chair = case.code("chair_stand_s", ">=", 12)
    tests = [chair, case.code("gait_speed_m_s", "<", 1.0), case.code("sppb", "<=", 9)]
    performance = done(*tests)
    mass = case.asm("h2", {"dxa": (7.0, 5.4), "bia": (7.0, 5.7)}.get(case.method or ""))
    if mass == grip == performance == "T":
        return ANSWER["T"], "severe sarcopenia"
    if mass == "T" and "T" in (grip, performance):
        return ANSWER["T"], "sarcopenia"
    possible = done(grip, chair)
    if possible == "T":
        return ANSWER["T"], "possible sarcopenia"
    sarcopenia = both(mass, either(grip, performance))
    nothing_points_to_it = not {"T", "I"} & {mass, grip, *tests}
    if sarcopenia == "N" and nothing_points_to_it:
        return ANSWER[possible], ""
    return ANSWER[either(possible, sarcopenia)], ""


def ewgsop2(case: Case) -> tuple[str, str]:
    strength = done(case.code("grip_kg", "<", 27, 16), case.code("chair_stand_s", ">", 15))
    mass = case.asm("h2", (7.0, 5.5))
    if mass == "N":
        mass = case.code("asm_kg", "<", 20, 15)
    performance = done(
        case.code("gait_speed_m_s", "<=", 0.8), case.code("sppb", "<=", 8), case.code("tug_s", ">=", 20),
        case.code("walk_400m_s", ">=", 360),
    )  # fmt: skip
    if strength == "T":
        label = "probable sarcopenia"
        if mass == "T":
            label = "severe sarcopenia" if performance == "T" else "confirmed sarcopenia"
        return ANSWER["T"], label
    return ANSWER[strength], ""


def sdoc(case: Case) -> tuple[str, str]:
    weak, slow = case.code("grip_kg", "<", 35.5, 20), case.code("gait_speed_m_s", "<", 0.8)
    if weak == slow == "T":
        return ANSWER["T"], "weak and slow"
    return ANSWER[both(weak, slow)], "slow" if slow == "T" else "weak" if weak == "T" else ""


def fnih(case: Case) -> tuple[str, str]:
    weak, mass = case.code("grip_kg", "<", 26, 16), case.asm("bmi", (0.789, 0.512))
    if weak == mass == "T":
        slow = case.code("gait_speed_m_s", "<", 0.8) == "T"
        return ANSWER["T"], "slowness with weakness and low lean mass" if slow else "weakness and low lean mass"
    return ANSWER[both(weak, mass)], "low lean mass" if mass == "T" else "weakness" if weak == "T" else ""


def glis(case: Case) -> tuple[str, str]:
    return ANSWER["N"], ""


def sit_to_stand_power(case: Case) -> tuple[str, str]:
    alcazar = case.code("sit_to_stand_power_w_per_kg", "<", 2.6, 2.1)
    toledo = case.code("sit_to_stand_power_w_per_kg", "<", 2.5, 1.9)
    if alcazar == "T":
        both_met = toledo == "T"
        return ANSWER["T"], "low relative sit-to-stand power" + (" by both cut-offs" if both_met else "")
    return ANSWER[alcazar], ""


ORACLE = {
    "awgs_2025": awgs_2025,
    "awgs_2019": awgs_2019,
    "ewgsop2": ewgsop2,
    "sdoc": sdoc,
    "fnih": fnih,
    "glis": glis,
    "sit_to_stand_power": sit_to_stand_power,
}
