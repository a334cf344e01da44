"""What the reader is told of a factor."""

from __future__ import annotations

import numpy as np
import pytest

from rl_scaling.verdicts import notes_on, verdict


@pytest.mark.parametrize(
    ("observed", "n_markers", "kind", "text"),
    [
        (0.95, 4, "measured", "femur Y: measured, 95 % of what is known comes from the markers."),
        (
            0.6,
            4,
            "partly",
            "femur Y: partly measured, 60 % of what is known comes from the markers, the rest is what height, mass, "
            "sex and age lead to expect.",
        ),
        (
            0.04,
            4,
            "from anthropometry",
            "femur Y: the markers say little (4 % of what is known comes from the markers): the factor is near what "
            "height, mass, sex and age lead to expect.",
        ),
        (
            0.0,
            0,
            "from anthropometry",
            "femur Y: no marker of the femur is seen: the factor is what height, mass, sex and age lead to expect.",
        ),
    ],
)
def test_a_verdict_says_what_the_factor_rests_on(observed, n_markers, kind, text) -> None:
    said = verdict("femur_y", observed, n_markers)
    assert (said.parameter, said.kind, said.text) == ("femur_y", kind, text)


def test_only_what_is_far_from_expected_or_at_a_limit_is_noted() -> None:
    names = ("femur_y", "tibia_y", "foot_z")
    found = np.log([1.00, 0.86, 1.5])
    notes = notes_on(names, found, np.log([1.02, 0.98, 1.0]), np.array([0.02, 0.04, 0.5]))
    assert notes == (
        "The scale factor of tibia Y (0.86) is 3.3 standard deviations below what height, mass, sex and age lead to "
        "expect (0.98): check these and the markers of the tibia.",
        "The scale factor of foot Z (1.50) is at the limit of what adults have: check the markers of the foot.",
    )
