"""Joint functions (constant, linear, polynomial, SimmSpline) of an OpenSim model as batched piecewise polynomials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline
from torch import Tensor

from models.errors import ModelError

if TYPE_CHECKING:
    import opensim as osim

SUPPORTED_FUNCTIONS = ("Constant", "LinearFunction", "PolynomialFunction", "SimmSpline", "MultiplierFunction")


@dataclass(frozen=True)
class PiecewisePolynomial:
    """One function of one coordinate: polynomials in ``x - origin`` between breaks.

    Attributes
    ----------
    breaks : ndarray, shape (n_pieces - 1,)
        Where one piece ends and the next begins, increasing.
    origins : ndarray, shape (n_pieces,)
    coefficients : ndarray, shape (n_pieces, degree + 1)
        Lowest power first.
    """

    breaks: NDArray[np.float64]
    origins: NDArray[np.float64]
    coefficients: NDArray[np.float64]

    @classmethod
    def polynomial(cls, *coefficients: float) -> PiecewisePolynomial:
        """One polynomial for all values, lowest power first."""
        return cls(np.zeros(0), np.zeros(1), np.array([coefficients], dtype=float))

    def times(self, factor: float) -> PiecewisePolynomial:
        """The function multiplied by a number."""
        return replace(self, coefficients=self.coefficients * factor)

    @property
    def is_zero(self) -> bool:
        """Whether it vanishes everywhere."""
        return not self.coefficients.any()


def read_function(function: osim.Function, owner: str) -> PiecewisePolynomial:
    """Read an OpenSim function.

    Parameters
    ----------
    function : opensim.Function
    owner : str
        The joint or constraint it belongs to, for the error message.

    Raises
    ------
    ModelError
        The function is of a kind that is not supported.
    """
    import opensim as osim

    kind = function.getConcreteClassName()
    if kind == "Constant":
        return PiecewisePolynomial.polynomial(osim.Constant.safeDownCast(function).getValue())
    if kind == "LinearFunction":
        linear = osim.LinearFunction.safeDownCast(function)
        return PiecewisePolynomial.polynomial(linear.getIntercept(), linear.getSlope())
    if kind == "PolynomialFunction":
        # OpenSim holds the highest power first.
        return PiecewisePolynomial.polynomial(
            *osim.PolynomialFunction.safeDownCast(function).getCoefficients().to_numpy()[::-1]
        )
    if kind == "MultiplierFunction":
        multiplier = osim.MultiplierFunction.safeDownCast(function)
        return read_function(multiplier.getFunction(), owner).times(multiplier.getScale())
    if kind == "SimmSpline":
        return _read_spline(osim.SimmSpline.safeDownCast(function))
    raise ModelError(
        f"{owner} uses a {kind}, which the batched skeleton does not know.",
        hint=f"Supported functions: {', '.join(SUPPORTED_FUNCTIONS)}. Inverse kinematics with OpenSim's own solver "
        "(--ik-engine opensim) takes any.",
    )


def _read_spline(spline: osim.SimmSpline) -> PiecewisePolynomial:
    """Cubic between the knots, straight beyond the outermost; OpenSim gives values and slopes at the knots."""
    import opensim as osim

    knots = np.array([spline.getX(index) for index in range(spline.getSize())])
    heights = np.array([spline.getY(index) for index in range(spline.getSize())])
    first_derivative = osim.StdVectorInt([0])
    slopes = np.array([spline.calcDerivative(first_derivative, osim.Vector(1, float(knot))) for knot in knots])
    cubic = CubicHermiteSpline(knots, heights, slopes).c[::-1].T
    ends = np.zeros((2, 4))
    ends[:, 0], ends[:, 1] = heights[[0, -1]], slopes[[0, -1]]
    return PiecewisePolynomial(
        breaks=knots,
        origins=np.concatenate([knots[:1], knots]),
        coefficients=np.concatenate([ends[:1], cubic, ends[1:]]),
    )


@dataclass(frozen=True)
class FunctionTable:
    """Many functions, evaluated at once.

    Attributes
    ----------
    breaks : Tensor, shape (n_functions, n_pieces - 1)
        Filled up with infinity where a function has fewer pieces.
    origins : Tensor, shape (n_functions, n_pieces)
    coefficients : Tensor, shape (degree + 1, n_functions, n_pieces)
    """

    breaks: Tensor
    origins: Tensor
    coefficients: Tensor

    @classmethod
    def of(cls, functions: Sequence[PiecewisePolynomial]) -> FunctionTable:
        """Put functions of different degrees and numbers of pieces into one table (float64)."""
        n_pieces = max((len(function.origins) for function in functions), default=1)
        n_powers = max((function.coefficients.shape[1] for function in functions), default=1)
        breaks = np.full((len(functions), n_pieces - 1), np.inf)
        origins = np.zeros((len(functions), n_pieces))
        coefficients = np.zeros((n_powers, len(functions), n_pieces))
        for index, function in enumerate(functions):
            own_pieces, own_powers = function.coefficients.shape
            breaks[index, : own_pieces - 1] = function.breaks
            origins[index, :own_pieces] = function.origins
            coefficients[:own_powers, index, :own_pieces] = function.coefficients.T
        return cls(torch.from_numpy(breaks), torch.from_numpy(origins), torch.from_numpy(coefficients))

    def to(self, dtype: torch.dtype, device: torch.device | str) -> FunctionTable:
        """Copy with another precision, on another device."""
        return FunctionTable(
            self.breaks.to(device, dtype), self.origins.to(device, dtype), self.coefficients.to(device, dtype)
        )

    def __call__(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Values and slopes.

        Parameters
        ----------
        inputs : Tensor, shape (n_functions, *batch)

        Returns
        -------
        values, slopes : Tensor, shape (n_functions, *batch)
        """
        values, slopes = self.derivatives(1, inputs)
        return values, slopes

    def derivatives(self, order: int, inputs: Tensor) -> list[Tensor]:
        """Values and derivatives up to an order, each (n_functions, *batch); at a break, those of the later piece."""
        local, powers = self._pieces(inputs)
        # Horner's scheme, differentiated as often: the k-th place holds the k-th derivative over k!.
        places = [powers[-1].expand(inputs.shape), *(torch.zeros_like(inputs) for _ in range(order))]
        for power in powers[-2::-1]:
            for place in range(order, 0, -1):
                places[place] = places[place] * local + places[place - 1]
            places[0] = places[0] * local + power
        return [value if place < 2 else math.factorial(place) * value for place, value in enumerate(places)]

    def _pieces(self, inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Distance of each input from the origin of its piece, and the coefficients of the piece by power."""
        batch = (1,) * (inputs.dim() - 1)
        if self.breaks.shape[1] == 0:
            return inputs, [power.reshape(-1, *batch) for power in self.coefficients]
        passed = inputs.unsqueeze(1) >= self.breaks.reshape(*self.breaks.shape, *batch)
        piece = passed.sum(dim=1)
        flat = piece.reshape(len(piece), -1)
        local = inputs - self.origins.gather(1, flat).reshape(inputs.shape)
        return local, [power.gather(1, flat).reshape(inputs.shape) for power in self.coefficients]
