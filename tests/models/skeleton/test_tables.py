"""The tables behind the skeleton: consistent, sourced, and readable without OpenSim."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.skeleton.tables import read_rows, read_skeleton

PROJECT = Path(__file__).parents[3]


def test_every_number_has_a_source_that_is_cited():
    skeleton = read_skeleton()
    rows = [*skeleton.bodies, *skeleton.joints, *skeleton.coordinates, *skeleton.couplers]
    keys = {row.source for row in rows} | {
        row["source"]
        for table in ("markers_study.csv", "markers_optical.csv", "segment_inertia.csv")
        for row in read_rows(table)
    }
    assert keys <= set(skeleton.sources)
    assert all("doi:10." in citation for citation in skeleton.sources.values())


def test_every_body_hangs_on_the_pelvis_by_one_joint():
    skeleton = read_skeleton()
    parents = {joint.child: joint.parent for joint in skeleton.joints}
    assert set(parents) == {body.name for body in skeleton.bodies}
    assert len(parents) == len(skeleton.joints)
    for body in parents:
        chain = [body]
        while chain[-1] != "ground":
            chain.append(parents[chain[-1]])
        assert chain[-2:] == ["pelvis", "ground"] or body == "pelvis"


def test_joints_and_coordinates_agree():
    skeleton = read_skeleton()
    of_joints = {(joint.name, name) for joint in skeleton.joints for name in joint.coordinates}
    assert of_joints == {(row.joint, row.name) for row in skeleton.coordinates}
    for joint in skeleton.joints:
        moved = {axis.coordinate for axis in joint.axes} - {None}
        assert joint.kind != "CustomJoint" or moved == set(joint.coordinates)
        assert len(joint.axes) == (6 if joint.kind == "CustomJoint" else 0)


def test_inertias_are_those_of_real_bodies():
    """Positive definite, and no principal moment above the sum of the other two."""
    for body in read_skeleton().bodies:
        xx, yy, zz, xy, xz, yz = body.inertia_kgm2
        moments = np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        assert moments[0] > 0, body.name
        if not body.name.startswith("toes"):  # Rajagopal 2016 gives the toes 1e-4, 2e-4, 1e-3
            assert moments[2] <= moments[0] + moments[1] + 1e-12, body.name


@pytest.mark.parametrize("side", ["r", "l"])
def test_the_knee_reaches_140_degrees_as_in_lai_2017(side):
    knee = next(row for row in read_skeleton().coordinates if row.name == f"knee_angle_{side}")
    assert np.rad2deg([knee.minimum, knee.maximum]) == pytest.approx([0, 140])
    assert knee.source == "lai2017"


def test_the_tables_and_marker_sets_need_no_opensim():
    code = (
        "import sys; sys.modules['opensim'] = None\n"
        "import models.skeleton.scale_factors\n"
        "from models.skeleton.marker_sets import marker_set\n"
        "from models.skeleton.tables import read_skeleton\n"
        "print(len(read_skeleton().bodies), len(marker_set('study').markers))"
    )
    done = subprocess.run(  # noqa: S603 (our own interpreter and code)
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["22", "43"]
