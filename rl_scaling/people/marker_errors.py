"""What two phones and a neural network do to markers: OpenCap's errors, drawn for many recordings at once.

Independent noise per marker is the wrong model of them. What real recordings show, fast to slow: jitter that the
whole body shares; a little of each marker's own, alike within a joint or segment; bursts of one leg in walking; slow
wander of each segment; thighs and shanks that shrink as the knee bends; and a bias that stays for the session and is
alike on both sides. Amplitudes and where they come from: ``data/marker_errors.toml``, docs/population.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from models.errors import SettingsError
from rl_scaling.people import correlated_noise
from rl_scaling.people.marker_clusters import LEVELS_TABLE, cluster_of, is_hip_centre, levels_of, side_of, unit_of
from rl_scaling.people.tables import read_levels

Regime = Literal["standing", "task", "gait"]
REGIMES: tuple[Regime, ...] = get_args(Regime)


@dataclass(frozen=True)
class PosedMarkers:
    """Where markers truly are, and what their errors depend on. The person faces X; Y is up.

    Attributes
    ----------
    positions_m : Tensor, shape (n_recordings, n_frames, n_markers, 3)
    body_to_ground : Tensor, shape (n_recordings, n_frames, n_markers, 3, 3)
        Rotation of the body that carries each marker.
    knee_flexion_rad : Tensor, shape (n_recordings, n_frames, 2)
        Right, left.
    """

    positions_m: Tensor
    body_to_ground: Tensor
    knee_flexion_rad: Tensor


class MarkerErrors:
    """The error model of one set of markers; everything it draws has the dtype and device of the tensor it is given.

    Parameters
    ----------
    names : tuple of str
        Study markers (`models.skeleton.marker_sets`), hip centres, knees and ankles among them.
    dropout_chance : float
        Chance that a marker is lost (NaN) for a stretch of a recording. OpenCap loses none: 0. Laboratories do.

    Raises
    ------
    MarkerDataError
        A marker is no study marker.
    SettingsError
        The chance is not between 0 and 1.
    """

    def __init__(self, names: tuple[str, ...], dropout_chance: float = 0.0) -> None:
        if not 0.0 <= dropout_chance <= 1.0:
            raise SettingsError(f"A dropout chance of {dropout_chance:g} is not possible.", hint="Accepted: 0 to 1.")
        self.names = names
        self.dropout_chance = dropout_chance
        levels = read_levels(LEVELS_TABLE)
        self._bias: dict[str, Any] = levels["bias"]
        self._drift_shared: float = levels["drift"]["shared"]
        self._shortens: dict[str, float] = levels["shortening"]
        self._bursts: dict[str, Any] = levels["burst"]
        self._regimes: dict[str, dict[str, Any]] = levels["regime"]
        self._clusters = [cluster_of(name) for name in names]
        self._of_marker = [levels_of(name) for name in names]
        units = [unit_of(name) for name in names]
        self._units = list(dict.fromkeys(units))
        self._unit_of_marker = [self._units.index(unit) for unit in units]

    @property
    def placement_sd_m(self) -> Tensor:
        """SD per axis of a person's markers about their generic place, shape (n_markers,) [m]; 0 for hip centres."""
        share = torch.tensor([0.0 if is_hip_centre(name) else self._bias["person"] for name in self.names])
        return self._bias_sd_m * share.sqrt()

    def placement(self, n: int, generator: torch.Generator, like: Tensor) -> Tensor:
        """Draw markers' places relative to the generic ones, in the bodies' frames, shape (n, n_markers, 3) [m]."""
        return self._alike(n, generator, like) * self.placement_sd_m.to(like)[:, None]

    def session_bias(self, n: int, generator: torch.Generator, like: Tensor) -> Tensor:
        """Draw the error that stays for a session, in the bodies' frames, shape (n, n_markers, 3) [m]."""
        sd_m = (self._bias_sd_m**2 - self.placement_sd_m**2).sqrt().to(like)
        bad = torch.rand(n, 1, 1, generator=generator, device=like.device) < self._bias["bad_session_chance"]
        factor = torch.where(bad, self._bias["bad_session_factor"], 1.0).to(like)
        return factor * self._alike(n, generator, like) * sd_m[:, None]

    def disturb(
        self, posed: PosedMarkers, bias_m: Tensor, regime: Regime, rate_hz: float, generator: torch.Generator
    ) -> Tensor:
        """Return what OpenCap would say of these recordings.

        Parameters
        ----------
        posed : PosedMarkers
        bias_m : Tensor, shape (n_recordings, n_markers, 3)
            Of `session_bias`; the same in all recordings of a session.
        regime : {'standing', 'task', 'gait'}
        rate_hz : float
        generator : torch.Generator
            On the device of the markers.

        Returns
        -------
        Tensor, shape (n_recordings, n_frames, n_markers, 3) [m]; NaN where a marker is lost.
        """
        lasting = self.lasting(posed, bias_m, regime, generator)
        seen = posed.positions_m + lasting + self.passing(posed.positions_m, regime, rate_hz, generator)
        return self._dropped(seen, generator) if self.dropout_chance > 0.0 else seen

    def lasting(self, posed: PosedMarkers, bias_m: Tensor, regime: Regime, generator: torch.Generator) -> Tensor:
        """Errors that go with the body and stay for the recording; parameters and shape as of `disturb`."""
        fixed = torch.einsum("btmij,bmj->btmi", posed.body_to_ground, bias_m)
        return fixed + self._shortening(posed, generator) if self._regimes[regime]["shortens"] else fixed

    def passing(self, true_m: Tensor, regime: Regime, rate_hz: float, generator: torch.Generator) -> Tensor:
        """Errors that come and go: jitter, wander and bursts; ``true_m`` gives shape, dtype and device."""
        levels = self._regimes[regime]
        passing = self._common(true_m, levels, generator) + self._own(true_m, levels, generator)
        passing = passing + self._drift(true_m, levels, rate_hz, generator)
        if levels["burst_chance"] > 0.0:
            passing = passing + self._burst(true_m, levels["burst_chance"], rate_hz, generator)
        return passing

    @property
    def _bias_sd_m(self) -> Tensor:
        return self._level("bias_sd_m")

    def _level(self, key: str) -> Tensor:
        return torch.tensor([levels[key] for levels in self._of_marker])

    def _alike(self, n: int, generator: torch.Generator, like: Tensor) -> Tensor:
        """Unit-variance vectors that a cluster and its mirror image share in part, shape (n, n_markers, 3)."""
        clusters = list(dict.fromkeys(self._clusters))
        shared = torch.randn(n, len(clusters), 3, generator=generator, device=like.device, dtype=like.dtype)
        single = torch.randn(n, len(self.names), 3, generator=generator, device=like.device, dtype=like.dtype)
        mirror = torch.tensor([[1.0, 1.0, -1.0 if side_of(name) == "l" else 1.0] for name in self.names]).to(like)
        of_marker = [clusters.index(cluster) for cluster in self._clusters]
        part = self._bias["shared"]
        return part**0.5 * shared[:, of_marker] * mirror + (1.0 - part) ** 0.5 * single

    def _common(self, like: Tensor, levels: dict[str, Any], generator: torch.Generator) -> Tensor:
        """Jitter of the whole body, shape (n, n_frames, 1, 3)."""
        kernel = correlated_noise.geometric(like.shape[1], levels["common_correlation"])
        noise = correlated_noise.draw(kernel, len(like), 1, generator, like)
        return noise * torch.tensor(levels["common_sd_m"]).to(like)

    def _own(self, like: Tensor, levels: dict[str, Any], generator: torch.Generator) -> Tensor:
        """Fast error of single markers, alike within a unit."""
        kernel = correlated_noise.geometric(like.shape[1], levels["own_correlation"])
        feet = torch.tensor([levels["foot_factor"] if cluster == "foot" else 1.0 for cluster in self._clusters])
        sd_m = feet * levels["own_sd3_m"] / 3.0**0.5
        return self._alike_in_units(kernel, self._level("correlation"), like, generator) * sd_m.to(like)[:, None]

    def _drift(self, like: Tensor, levels: dict[str, Any], rate_hz: float, generator: torch.Generator) -> Tensor:
        """Slow wander, alike within a unit."""
        kernel = correlated_noise.smooth(like.shape[1], levels["drift_time_s"] * rate_hz)
        sd_m = self._level("drift_sd3_m") * levels["drift_share"] / 3.0**0.5
        alike = torch.full_like(sd_m, self._drift_shared)
        return self._alike_in_units(kernel, alike, like, generator) * sd_m.to(like)[:, None]

    def _alike_in_units(self, kernel: Tensor, alike: Tensor, like: Tensor, generator: torch.Generator) -> Tensor:
        """Unit-variance noise of which units share the part ``alike``, (n_markers,): (n, n_frames, n_markers, 3)."""
        shared = correlated_noise.draw(kernel, len(like), len(self._units), generator, like)[:, :, self._unit_of_marker]
        single = correlated_noise.draw(kernel, len(like), len(self.names), generator, like)
        alike = alike.to(like)[:, None]
        return alike.sqrt() * shared + (1.0 - alike).sqrt() * single

    def _shortening(self, posed: PosedMarkers, generator: torch.Generator) -> Tensor:
        """Thigh and shank appear shorter the more the knee bends: the knee is seen nearer to hip and ankle."""
        true, moved = posed.positions_m, torch.zeros_like(posed.positions_m)
        amount = torch.randn(len(true), 2, 1, 1, generator=generator, device=true.device, dtype=true.dtype)
        thigh, shank = (1.0 + self._shortens["spread"] * amount).unbind(1)
        for side, hip_centre, letter in ((0, "RHJC_study", "r"), (1, "LHJC_study", "L")):
            hip = self._middle(true, hip_centre)
            knee, ankle = (
                self._middle(true, f"{letter}_{joint}_study", f"{letter}_m{joint}_study") for joint in ("knee", "ankle")
            )
            bend = posed.knee_flexion_rad[..., side, None] / (0.5 * torch.pi)
            at_knee = self._shortens["thigh"] * thigh * (hip - knee) + self._shortens["shank"] * shank * (ankle - knee)
            end_of = {"thigh": hip, "knee": hip, "shank": ankle}
            for index, name in enumerate(self.names):
                if side_of(name) == letter.lower() and (end := end_of.get(self._clusters[index])) is not None:
                    # 1 at the knee, 0 at the other end of the segment.
                    along = ((true[:, :, index] - end) * (knee - end)).sum(-1) / ((knee - end) ** 2).sum(-1)
                    moved[:, :, index] = along.clamp(0.0, 1.0)[..., None] * bend * at_knee
        return moved

    def _middle(self, positions_m: Tensor, *names: str) -> Tensor:
        return positions_m[:, :, [self.names.index(name) for name in names]].mean(dim=2)

    def _burst(self, like: Tensor, chance: float, rate_hz: float, generator: torch.Generator) -> Tensor:
        """One foot, or foot and shank, flies off and comes back, mostly at an end of the recording."""
        n, n_frames = like.shape[:2]
        levels, length_s = self._bursts, (n_frames - 1) / rate_hz
        happens, at_end, first, place, place_at_end, span = torch.rand(
            6, n, 1, generator=generator, device=like.device, dtype=like.dtype
        )
        normal = torch.randn(n, 4, generator=generator, device=like.device, dtype=like.dtype)
        shortest, longest = levels["duration_s"]
        duration_s = shortest * (longest / shortest) ** span
        within_s = place_at_end * min(levels["end_s"], length_s)
        end_s = torch.where(first < 0.5, within_s, length_s - within_s)
        middle_s = torch.where(at_end < levels["at_end_share"], end_s, place * length_s)
        time_s = torch.arange(n_frames, device=like.device, dtype=like.dtype) / rate_hz
        hump = torch.cos(torch.pi * ((time_s - middle_s) / duration_s).clamp(-0.5, 0.5)) ** 2
        peak_m = levels["peak_median_m"] * levels["peak_spread"] ** normal[:, :1] * (happens < chance)
        direction = normal[:, 1:] / normal[:, 1:].norm(dim=1, keepdim=True)
        flies = [
            [
                side_of(name) == side and cluster in parts
                for name, cluster in zip(self.names, self._clusters, strict=True)
            ]
            for side in ("r", "l")
            for parts in (("foot",), ("foot", "shank"))
        ]
        which = torch.randint(len(flies), (n,), generator=generator, device=like.device)
        member = torch.tensor(flies).to(like)[which]
        return (peak_m * hump)[:, :, None, None] * member[:, None, :, None] * direction[:, None, None, :]

    def _dropped(self, seen: Tensor, generator: torch.Generator) -> Tensor:
        """Lose markers for up to half of the recording."""
        n, n_frames, n_markers, _ = seen.shape
        happens, start, span = torch.rand(3, n, 1, n_markers, generator=generator, device=seen.device)
        frame = torch.arange(n_frames, device=seen.device)[:, None]
        lost = (
            (happens < self.dropout_chance) & (frame >= start * n_frames) & (frame <= (start + 0.5 * span) * n_frames)
        )
        return seen.masked_fill(lost[..., None], torch.nan)
