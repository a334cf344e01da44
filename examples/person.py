"""The synthetic person: a woman of 72 years, 1.56 m, 58 kg, built from published body proportions.

Lengths are conditional means of ANSUR II (US Army 2012, public data), given stature and mass; a scale factor is her
mean length over that of the generic skeleton's body (a man of 1.70 m and 75.3 kg), so that what ANSUR measures between
skin landmarks cancels. ANSUR holds adults up to 58 years. As bones keep their length when people grow old, limbs take
the stature of her youth; the height lost since (Sorkin 1999, doi 10.1093/oxfordjournals.aje.a009934) is the trunk's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim as osim

from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.scale_factors import ScaleFactors
from models.subject import Subject

PERSON = Subject(height_m=1.56, mass_kg=58.0, sex="f", age_years=72.0)

# Height lost since the age of 30: 5 cm at 70 and 8 cm at 80 in women, a power law through both (Sorkin 1999) [cm].
HEIGHT_LOST_MM = 10.0 * 2.11e-3 * (72.0 - 30.0) ** 2.11
# Share of it taken by the trunk below C7; the rest is the neck's. No published figure: assumed.
LOSS_BELOW_C7 = 0.85

# ANSUR II: mean = constant + slope_S (stature - 1700 mm) + slope_M (mass - 75 kg), in mm, for women and men.
ANSUR_WOMEN = {
    "thigh": (397.9, 0.266, -0.07),
    "shank": (425.0, 0.291, 0.13),
    "ankle_height": (65.2, 0.034, 0.01),
    "foot_length": (256.5, 0.118, 0.24),
    "foot_breadth": (95.0, 0.014, 0.18),
    "hip_breadth": (366.8, -0.032, 2.11),
    "buttock_depth": (241.1, -0.111, 2.22),
    "trunk": (572.9, 0.315, 0.0),
    "biacromial": (377.1, 0.128, 0.36),
    "chest_depth": (256.1, -0.116, 2.35),
    "upper_arm": (326.5, 0.195, 0.19),
    "forearm": (253.1, 0.152, 0.12),
    "hand": (188.5, 0.085, 0.18),
    "thigh_girth": (639.5, -0.194, 5.14),
    "calf_girth": (385.7, -0.051, 2.23),
}
ANSUR_MEN = {
    "thigh": (394.6, 0.295, -0.18),
    "shank": (402.8, 0.306, -0.12),
    "ankle_height": (70.3, 0.031, 0.08),
    "foot_length": (262.6, 0.120, 0.17),
    "foot_breadth": (99.1, 0.018, 0.17),
    "hip_breadth": (330.8, -0.006, 1.46),
    "buttock_depth": (231.8, -0.098, 1.86),
    "trunk": (597.1, 0.252, 0.48),
    "biacromial": (404.4, 0.092, 0.58),
    "chest_depth": (240.1, -0.089, 1.79),
    "upper_arm": (323.5, 0.196, 0.07),
    "forearm": (258.8, 0.159, 0.02),
    "hand": (187.3, 0.088, 0.10),
    "thigh_girth": (592.0, -0.184, 4.13),
    "calf_girth": (392.0, -0.068, 1.89),
}
GENERIC_STATURE_MM, GENERIC_MASS_KG = 1700.0, 75.3
# The hip centre lies about this far above the trochanter landmark that ANSUR's thigh begins at [mm]; assumed.
HIP_ABOVE_TROCHANTER_MM = 10.0
# Generic skeleton [m]: hip centre to lumbar joint, and lumbar joint to the C7 marker (models/skeleton/parameters).
GENERIC_PELVIS_M, GENERIC_TORSO_M = 0.160, 0.420
# Chest depth grows by 3.3 mm a decade at given stature and mass in women (ANSUR II), from the sample's mean age of 29.
CHEST_GROWTH_MM = 3.3 * (72.0 - 29.0) / 10.0
# Her left leg is 2.7 mm shorter; the mean difference in adults is 5.2 mm (Knutson 2005, doi 10.1186/1746-1340-13-11).
LEFT_THIGH_MM, LEFT_SHANK_MM = -1.5, -1.2
# Markers sit where the generic set says, times the scale factors, give or take what makes her a person of her own.
MARKER_DEVIATION_M = 0.0012


def proportions_mm(stature_mm: float, mass_kg: float, table: dict[str, tuple[float, float, float]]) -> dict[str, float]:
    """Mean lengths of people of this stature and mass [mm]."""
    return {
        name: constant + slope_s * (stature_mm - 1700.0) + slope_m * (mass_kg - 75.0)
        for name, (constant, slope_s, slope_m) in table.items()
    }


def scale_factors() -> ScaleFactors:
    """Her true scale factors, per body and axis (X forward, Y up, Z right)."""
    youth_mm = 1000.0 * PERSON.height_m + HEIGHT_LOST_MM
    hers = proportions_mm(youth_mm, PERSON.mass_kg, ANSUR_WOMEN)
    generic = proportions_mm(GENERIC_STATURE_MM, GENERIC_MASS_KG, ANSUR_MEN)
    ratio = {name: hers[name] / generic[name] for name in hers}

    trunk_m = (GENERIC_PELVIS_M + GENERIC_TORSO_M) * (hers["trunk"] - LOSS_BELOW_C7 * HEIGHT_LOST_MM) / generic["trunk"]
    pelvis_y = ratio["trunk"]
    torso_y = (trunk_m - GENERIC_PELVIS_M * pelvis_y) / GENERIC_TORSO_M
    torso_x = (hers["chest_depth"] + CHEST_GROWTH_MM) / generic["chest_depth"]
    factors = {
        "pelvis": (ratio["buttock_depth"], pelvis_y, ratio["hip_breadth"]),
        "torso": (torso_x, torso_y, ratio["biacromial"]),
    }
    generic_thigh_mm = generic["thigh"] + HIP_ABOVE_TROCHANTER_MM
    for side, thigh_mm, shank_mm in (("r", 0.0, 0.0), ("l", LEFT_THIGH_MM, LEFT_SHANK_MM)):
        thigh = (hers["thigh"] + HIP_ABOVE_TROCHANTER_MM + thigh_mm) / generic_thigh_mm
        shank = (hers["shank"] + shank_mm) / generic["shank"]
        foot = (ratio["foot_length"], ratio["ankle_height"], ratio["foot_breadth"])
        factors |= {
            f"femur_{side}": (ratio["thigh_girth"], thigh, ratio["thigh_girth"]),
            f"patella_{side}": (ratio["thigh_girth"], thigh, ratio["thigh_girth"]),
            f"tibia_{side}": (ratio["calf_girth"], shank, ratio["calf_girth"]),
            f"talus_{side}": foot,
            f"calcn_{side}": foot,
            f"toes_{side}": foot,
            f"humerus_{side}": (ratio["upper_arm"],) * 3,
            f"ulna_{side}": (ratio["forearm"],) * 3,
            f"radius_{side}": (ratio["forearm"],) * 3,
            f"hand_{side}": (ratio["hand"],) * 3,
        }
    return ScaleFactors(
        bodies=tuple(factors),
        factors=np.round(np.array(list(factors.values())), 4),
        scaler="synthetic truth",
        notes=("SYNTHETIC: no such person exists.",),
    )


def write_model(path: Path, factors: ScaleFactors, marker_deviations_m: dict[str, np.ndarray], name: str) -> None:
    """Scale the generic skeleton, move the markers by their deviations, and write the .osim file."""
    model = load_model(GENERIC_MODEL)
    state = model.initSystem()
    scales = osim.ScaleSet()
    for body, factor in zip(factors.bodies, factors.factors, strict=True):
        scale = osim.Scale()
        scale.setSegmentName(body)
        scale.setScaleFactors(osim.Vec3(*factor))
        scale.setApply(True)
        scales.cloneAndAppend(scale)
    # Mass keeps its generic distribution, as in OpenCap.
    model.scale(state, scales, True, PERSON.mass_kg)
    for marker_name, deviation_m in marker_deviations_m.items():
        marker = model.updMarkerSet().get(marker_name)
        marker.set_location(osim.Vec3(*(marker.get_location().to_numpy() + deviation_m)))
    model.setName(name)
    model.finalizeConnections()
    model.printToXML(str(path))


def marker_deviations_m(seed: int) -> dict[str, np.ndarray]:
    """How far each of her markers lies from the generic place, in its body's frame [m]; hip centres are hers."""
    generator = np.random.default_rng(seed)
    model = load_model(GENERIC_MODEL)
    names = [marker.getName() for marker in model.getMarkerSet()]
    draws = generator.normal(0.0, MARKER_DEVIATION_M, (len(names), 3))
    return {name: draw for name, draw in zip(names, draws, strict=True) if "HJC" not in name}
