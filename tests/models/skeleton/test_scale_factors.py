"""Scale factors: by body, positive, and honest about what no adult has."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import ScalingError
from models.skeleton.scale_factors import ScaleFactors


def test_a_body_not_named_keeps_the_generic_size():
    factors = ScaleFactors(("femur_r",), np.array([[1.1, 0.9, 1.0]]), scaler="measurement")
    assert factors.of("femur_r").tolist() == [1.1, 0.9, 1.0]
    assert factors.of("torso").tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("factors", [np.ones(3), np.ones((2, 3)), np.ones((1, 1))])
def test_one_factor_per_axis_and_body(factors):
    with pytest.raises(ScalingError, match=r"expected \(1, 3\)"):
        ScaleFactors(("femur_r",), factors, scaler="measurement")


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_factors_must_be_positive_numbers(bad):
    with pytest.raises(ScalingError, match="positive") as caught:
        ScaleFactors(("femur_r",), np.array([[1.0, bad, 1.0]]), scaler="measurement")
    assert "static trial" in caught.value.hint


def test_bodies_beyond_adult_proportions_are_named_but_not_refused():
    factors = ScaleFactors(
        ("femur_r", "torso", "hand_l"), np.array([[1.0, 1.0, 1.0], [1.0, 1.6, 1.0], [0.5, 1.0, 1.0]]), scaler="policy"
    )
    assert set(factors.implausible) == {"torso", "hand_l"}
    assert factors.implausible["torso"].tolist() == [1.0, 1.6, 1.0]
