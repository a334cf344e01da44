"""Published mass distributions on the model: they are the table's, and a body that can exist."""

import numpy as np
import pytest

from models.skeleton import GENERIC_MODEL, load_model
from models.skeleton.masses import read_masses
from models.skeleton.segment_inertia import ENDS, LIMBS, TRUNK_SEGMENTS, read_segment_inertia, set_segment_inertia

SEXES = ("f", "m")
TRUNK_BODIES = ("pelvis", "torso")


def bodies_of(model):
    """Mass, mass centre and inertia of every body: numbers, which outlive the model."""
    names = tuple(body.getName() for body in model.getBodyList())
    masses = read_masses(model, names)
    rows = zip(masses.masses_kg, masses.centres_m, masses.inertias_kg_m2, strict=True)
    return dict(zip(names, rows, strict=True))


def generic_bodies():
    model = load_model(GENERIC_MODEL)
    return bodies_of(model)


@pytest.fixture(params=SEXES)
def person(request):
    model = load_model(GENERIC_MODEL)
    set_segment_inertia(model, request.param)
    return request.param, model


@pytest.mark.parametrize("sex", SEXES)
def test_the_segments_make_a_whole_body(sex):
    table = read_segment_inertia(sex)
    parts = sum(table[name].mass_share for name in TRUNK_SEGMENTS) + 2 * sum(table[name].mass_share for name in LIMBS)
    assert parts == pytest.approx(1.0, abs=2e-4)
    trunk = sum(table[name].mass_share for name in TRUNK_SEGMENTS[:3])
    assert trunk == pytest.approx(table["trunk"].mass_share, abs=1e-4)


@pytest.mark.parametrize("sex", SEXES)
def test_the_parts_of_the_trunk_balance_where_the_whole_trunk_does(sex):
    table = read_segment_inertia(sex)
    rows = [table[name] for name in TRUNK_SEGMENTS[:3]]
    tops = np.cumsum([row.length_m for row in rows])
    over_hips = [top - row.length_m * row.centre_share for top, row in zip(tops, rows, strict=True)]
    balance = np.average(over_hips, weights=[row.mass_share for row in rows])
    whole = table["trunk"]
    assert balance == pytest.approx(whole.length_m * (1.0 - whole.centre_share), abs=0.004)


def test_mass_is_kept_and_shared_as_published(person):
    sex, model = person
    table, bodies, generic = read_segment_inertia(sex), bodies_of(model), generic_bodies()
    total_kg = sum(mass_kg for mass_kg, *_ in generic.values())
    assert sum(mass_kg for mass_kg, *_ in bodies.values()) == pytest.approx(total_kg)
    for side in "rl":
        assert bodies[f"patella_{side}"][0] == generic[f"patella_{side}"][0]
        for segment, names in LIMBS.items():
            mass_kg = sum(bodies[f"{name}_{side}"][0] for name in names)
            assert mass_kg / total_kg == pytest.approx(table[segment].mass_share, rel=0.003)


def test_a_mass_centre_lies_where_the_table_has_it(person):
    sex, model = person
    state = model.initSystem()
    hip, knee = (
        model.getJointSet().get(name).getChildFrame().getPositionInGround(state).to_numpy()
        for name in ("hip_r", "walker_knee_r")
    )
    femur = model.getBodySet().get("femur_r")
    centre = femur.findStationLocationInGround(state, femur.getMassCenter()).to_numpy()
    share = read_segment_inertia(sex)["thigh"].centre_share
    np.testing.assert_allclose(centre, hip + share * (knee - hip), atol=1e-9)


def test_every_body_with_published_radii_can_exist(person):
    # Hands and feet keep the generic model's, whose toes break the triangle inequality.
    _, model = person
    bodies = bodies_of(model)
    for name in (*TRUNK_BODIES, *(f"{body}_{side}" for limb in ENDS for body in LIMBS[limb] for side in "rl")):
        moments = np.linalg.eigvalsh(bodies[name][2])
        assert moments[0] > 0.0, name
        assert moments[2] <= moments[0] + moments[1], name


def test_left_and_right_are_mirror_images(person):
    _, model = person
    bodies, mirror = bodies_of(model), np.array([1.0, 1.0, -1.0])
    for name in (body for names in LIMBS.values() for body in names):
        (right_kg, right_m, right), (left_kg, left_m, left) = bodies[f"{name}_r"], bodies[f"{name}_l"]
        assert right_kg == pytest.approx(left_kg)
        np.testing.assert_allclose(right_m, mirror * left_m, atol=1e-9)
        np.testing.assert_allclose(right, left, rtol=1e-9)
    for name in TRUNK_BODIES:
        assert bodies[name][1][2] == pytest.approx(0.0, abs=1e-12)


def test_forward_the_trunk_stays_the_models(person):
    _, model = person
    bodies, generic = bodies_of(model), generic_bodies()
    for name in TRUNK_BODIES:
        assert bodies[name][1][0] == generic[name][1][0]
