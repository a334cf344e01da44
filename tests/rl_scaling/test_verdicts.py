"""What the reader is told of a factor."""

from __future__ import annotations

import numpy as np
import pytest

from rl_scaling.verdicts import notes_on, verdict

SHARE = "of the variance among people of that build"
EXPECTED = "what height, mass, sex and age lead to expect"


@pytest.mark.parametrize(
    ("standard_error", "n_markers", "kind", "text"),
    [
        (0.010, 4, "measured", f"measured: the recording takes away 94 % {SHARE}."),
        (0.034, 4, "partly", f"partly measured: the recording takes away 28 % {SHARE}, the rest is {EXPECTED}."),
        (
            0.039,
            4,
            "from anthropometry",
            f"the markers say little (the recording takes away 5 % {SHARE}): the factor is near {EXPECTED}.",
        ),
        # More uncertain than without a recording there is none.
        (
            0.050,
            4,
            "from anthropometry",
            f"the markers say little (the recording takes away 0 % {SHARE}): the factor is near {EXPECTED}.",
        ),
        (0.010, 0, "from anthropometry", f"no marker of the femur is seen: the factor is {EXPECTED}."),
    ],
)
def test_a_verdict_says_what_the_factor_rests_on(standard_error, n_markers, kind, text) -> None:
    said = verdict("femur_y", standard_error, 0.04, n_markers)
    assert (said.parameter, said.kind, said.text) == ("femur_y", kind, f"femur Y: {text}")


def test_only_what_is_far_from_expected_or_at_a_limit_is_noted() -> None:
    names = ("femur_y", "tibia_y", "foot_z")
    found = np.log([1.00, 0.86, 1.5])
    notes = notes_on(names, found, np.log([1.02, 0.98, 1.0]), np.array([0.02, 0.04, 0.5]))
    assert notes == (
        "The scale factor of tibia Y (0.86) is 3.3 standard deviations below what height, mass, sex and age lead to "
        "expect (0.98): check these and the markers of the tibia.",
        "The scale factor of foot Z (1.50) is at the limit of what adults have: check the markers of the foot.",
    )
