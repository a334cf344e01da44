from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter1d

from assessment.study import (
    Curves,
    compare_curves,
    compare_paired_curves,
    load_curves,
    mean_band,
    participant_curves,
    regress_curves,
    time_normalise,
    torque_table,
)
from assessment.study.figure9 import published_peaks
from assessment.study.synthetic import GROUPS, synthetic_torque_curves
from assessment.summary import RepetitionRecord, TrialRecord
from models.errors import SettingsError
from tests.assessment.uncertainty.people import person, save, trial

MASS_KG = 50.0


def write_session(
    folder: Path,
    session: str,
    *,
    scale: float = 1.0,
    mark: str = "reported",
    gap: bool = False,
    variant: str = "",
    curves: str = "Tables/rise_curves.csv",
) -> None:
    """Two complete repetitions of 2 s and an incomplete one: a half sine right, its double left, in Nm."""
    time_s = np.arange(0.0, 6.0, 0.02)
    knee = -scale * MASS_KG * np.sin(np.pi * ((time_s % 2.0) / 2.0))
    if gap:
        knee[20:25] = np.nan
    table = pd.DataFrame({"time_s": time_s, "knee_angle_r_nm": knee, "knee_angle_l_nm": 2.0 * knee})
    (folder / session / "Tables").mkdir(parents=True)
    table.assign(angles_quality="reported", moments_quality=mark).to_csv(
        folder / session / "Tables" / "rise_curves.csv", index=False
    )
    repetitions = [
        RepetitionRecord(
            index=n + 1,
            start_s=2.0 * n,
            stop_s=2.0 * n + 1.98,
            complete=n < 2,
            events_s={"seat_off": 2.0 * n + 0.5},
            lead_side="l" if n % 2 else "r",
        )
        for n in range(3)
    ]
    movement = "/".join(filter(None, ("sit-to-stand", variant)))
    rise = trial("rise", movement, []).model_copy(update={"repetitions": repetitions, "files": {"curves": curves}})
    lost = TrialRecord(name="lost", status="failed")
    save(person(rise, lost, session=session, mass_kg=MASS_KG), folder / session)


def knee(folder: Path, **options: object) -> Curves:
    settings = {"activity": "sit-to-stand", "unit": "Nm/kg", "cautions": "include"} | options
    return load_curves([folder], "knee_angle", **settings)  # type: ignore[arg-type]


def test_repetitions_are_cut_normalised_and_divided_by_mass(tmp_path: Path) -> None:
    write_session(tmp_path, "A-1")
    curves = knee(tmp_path)
    assert curves.values.shape == (4, 101)
    assert curves.values.loc[("A-1", "rise", "r", 2)].min() == pytest.approx(-1.0, abs=0.001)
    assert curves.values.loc[("A-1", "rise", "l", 1)].idxmin() in (50, 51)
    assert curves.left_out["reason"].unique().tolist() == ["the repetition is not complete"]
    from_seat_off = knee(tmp_path, events=("seat_off", "stop"))
    assert from_seat_off.values.loc[("A-1", "rise", "r", 1), 0] == pytest.approx(-np.sin(np.pi / 4), abs=0.001)


def test_leading_and_lagging_leg_are_told_apart(tmp_path: Path) -> None:
    write_session(tmp_path, "A-1")
    sides = {
        leg: knee(tmp_path, leg=leg).values.index.droplevel(["session", "trial"]).tolist() for leg in ("lead", "lag")
    }
    assert sides == {"lead": [("r", 1), ("l", 2)], "lag": [("l", 1), ("r", 2)]}
    path = tmp_path / "A-1" / "summary.json"
    path.write_text(path.read_text("utf-8").replace('"lead_side":"r"', '"lead_side":null'), encoding="utf-8")
    unknown = knee(tmp_path, leg="lag")
    assert unknown.values.index.tolist() == [("A-1", "rise", "r", 2)]
    assert "it is not known which leg led" in set(unknown.left_out["reason"])
    with pytest.raises(SettingsError, match=r"leg is 'left'\. Accepted: both, lead, lag\."):
        knee(tmp_path, leg="left")


def test_withheld_curves_and_curves_with_gaps_are_left_out_with_the_reason(tmp_path: Path) -> None:
    write_session(tmp_path, "A-1")
    write_session(tmp_path, "B-1", mark="withheld")
    write_session(tmp_path, "C-1", gap=True)
    write_session(tmp_path, "D-1", mark="with caution")
    curves = knee(tmp_path)
    assert set(curves.values.index.get_level_values("session")) == {"A-1", "C-1", "D-1"}
    reasons = curves.left_out.groupby("session")["reason"].unique()
    assert "the trial is marked withheld" in reasons["B-1"]
    assert "the curve has gaps" in reasons["C-1"]
    assert set(knee(tmp_path, cautions="exclude").values.index.get_level_values("session")) == {"A-1", "C-1"}


def test_what_gives_no_curve_at_all_says_why(tmp_path: Path) -> None:
    write_session(tmp_path, "A-1")
    with pytest.raises(SettingsError, match=r"No repetition of walking has a usable knee_angle curve.*no trial is one"):
        knee(tmp_path, activity="walking")
    with pytest.raises(SettingsError, match="the repetition has no event toe_off"):
        knee(tmp_path, events=("toe_off", "stop"))
    with pytest.raises(SettingsError, match="the trial has no such curve"):
        knee(tmp_path, unit="W")
    with pytest.raises(SettingsError, match=r"unit is 'lbf'\. Accepted: deg, Nm, W, Nm/kg, W/kg\."):
        knee(tmp_path, unit="lbf")


def test_variants_of_a_movement_are_not_put_together(tmp_path: Path) -> None:
    write_session(tmp_path, "A-1", variant="five-times")
    write_session(tmp_path, "B-1", variant="single")
    with pytest.raises(SettingsError, match=r"several variants, which are not one task: 'five-times', 'single'\."):
        knee(tmp_path)
    with pytest.raises(SettingsError, match=r"No trial of sit-to-stand has variant 'slow'\. There are: 'five-times'"):
        knee(tmp_path, variant="slow")
    assert set(knee(tmp_path, variant="single").values.index.get_level_values("session")) == {"B-1"}
    assert set(knee(tmp_path / "A-1").values.index.get_level_values("session")) == {"A-1"}


@pytest.mark.parametrize("name", ["../../secret.csv", "/etc/hostname"])
def test_a_record_leads_to_no_file_outside_its_folder(tmp_path: Path, name: str) -> None:
    write_session(tmp_path / "in", "A-1", curves=name)
    (tmp_path / "secret.csv").write_text("time_s\n0\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=f"names a file outside the folder: {name}"):
        knee(tmp_path / "in")


def test_each_participant_has_one_curve(tmp_path: Path) -> None:
    write_session(tmp_path, "A-1")
    write_session(tmp_path, "B-1", scale=0.5)
    people = pd.DataFrame(
        {"session": ["A-1", "B-1"], "participant": ["A", "B"], "visit": "1", "group": ["healthy", "sarcopenia"]}
    )
    curves = participant_curves(knee(tmp_path), people)
    assert curves.index.tolist() == [("healthy", "A"), ("sarcopenia", "B")]
    # The mean of right (1) and left (2).
    assert curves.min(axis=1).tolist() == pytest.approx([-1.5, -0.75], abs=0.002)
    with pytest.raises(SettingsError, match="Name one visit: 1, 2"):
        participant_curves(knee(tmp_path), people.assign(visit=["1", "2"]))


def test_time_is_normalised_linearly_and_never_extrapolated() -> None:
    time_s = np.linspace(0.0, 4.0, 9)
    assert time_normalise(time_s, 3.0 * time_s, 1.0, 3.0) == pytest.approx(3.0 * np.linspace(1.0, 3.0, 101))
    beyond = time_normalise(time_s, time_s, 3.0, 5.0)
    assert np.isfinite(beyond[:51]).all()
    assert np.isnan(beyond[51:]).all()


def test_the_band_is_the_spread_between_participants() -> None:
    band = mean_band(pd.DataFrame([[1.0, 2.0], [3.0, 2.0], [5.0, 2.0]]))
    assert band["mean"].tolist() == [3.0, 2.0]
    assert band["sd"].tolist() == [2.0, 0.0]
    assert band["mean_high"].iloc[0] == pytest.approx(3.0 + 4.302653 * 2.0 / np.sqrt(3.0))


def smooth(generator: np.random.Generator, n: int, sd: float = 1.0) -> pd.DataFrame:
    noise = gaussian_filter1d(generator.normal(size=(n, 141)), 8.0, axis=1)[:, 20:121]
    return pd.DataFrame(sd * noise / noise.std())


BUMP = np.exp(-0.5 * ((np.arange(101) - 60.0) / 6.0) ** 2)


def test_a_planted_stretch_is_found_where_it_is_and_nowhere_else() -> None:
    generator = np.random.default_rng(1)
    outcome = compare_curves(smooth(generator, 14), smooth(generator, 14) - 2.5 * BUMP)
    assert len(outcome.clusters) == 1
    cluster = outcome.clusters.iloc[0]
    assert 40 < cluster["start_percent"] < 60 < cluster["stop_percent"] < 80
    assert cluster["direction"] == -1
    assert cluster["p_peak"] < 0.001
    assert cluster["p_cluster"] < 0.05
    assert outcome.statistic.argmin() in range(52, 69)


def test_paired_curves_and_regression_find_it_too() -> None:
    generator = np.random.default_rng(2)
    first = smooth(generator, 15)
    second = first + 0.5 * smooth(generator, 15) + BUMP
    paired = compare_paired_curves(first, second.iloc[::-1])
    assert (paired.clusters["direction"] == 1).all()
    assert paired.clusters["start_percent"].min() < 60 < paired.clusters["stop_percent"].max()
    grip = pd.Series(generator.normal(30.0, 5.0, 15))
    related = regress_curves(0.2 * first + np.outer(grip - 30.0, BUMP), grip)
    assert related.clusters.iloc[0]["direction"] == 1
    assert related.df == 13
    grip[3] = np.nan
    assert regress_curves(first, grip).df == 12


@pytest.mark.parametrize(("n", "sd"), [((12, 12), 1.0), ((20, 8), 2.0)])
def test_no_stretch_is_found_in_5_of_100_null_studies_even_with_unequal_spread(n: tuple[int, int], sd: float) -> None:
    generator, draws = np.random.default_rng(3), 200
    found = [
        len(compare_curves(smooth(generator, n[0]), smooth(generator, n[1], sd)).clusters) > 0 for _ in range(draws)
    ]
    # Four standard errors of a share of 0.05 in 200 draws are 0.062; spm1d's own two-sample test finds 0.2 to 0.26
    # in the second case.
    assert np.mean(found) < 0.05 + 0.062


def test_curves_that_cannot_be_tested_say_why() -> None:
    generator = np.random.default_rng(1)
    with pytest.raises(SettingsError, match=r"First group: 4 participants with a curve; 5 or more are needed\."):
        compare_curves(smooth(generator, 4), smooth(generator, 9))
    gap = smooth(generator, 8)
    gap.iloc[2, 50] = np.nan
    with pytest.raises(SettingsError, match="Second group: a curve has gaps"):
        compare_curves(smooth(generator, 8), gap)
    with pytest.raises(SettingsError, match="Differences: a curve has gaps, or at some percent all are equal"):
        compare_paired_curves(gap.fillna(0.0), gap.fillna(0.0))
    with pytest.raises(SettingsError, match="All values of the measure are equal"):
        regress_curves(smooth(generator, 8), pd.Series(np.ones(8)))


def test_large_synthetic_groups_reproduce_the_digitised_figure() -> None:
    table = torque_table(synthetic_torque_curves(1, per_group=3000), GROUPS, synthetic=True)
    peaks = published_peaks()
    assert len(table) == len(peaks) == 14
    for row, peak in zip(table.to_dict("records"), peaks, strict=True):
        assert (row["task"], row["joint"]) == (peak.task, peak.joint)
        for number in (0, 1):
            mean, sd = peak.peak_nm_per_kg[number], peak.sd_nm_per_kg[number]
            # Four standard errors of a mean of 3000, and the digitising error of 0.01 is not part of the draw.
            assert row[f"peak_nm_per_kg_{number + 1}"] == pytest.approx(mean, abs=4 * sd / np.sqrt(3000) + 0.002)
            assert row[f"sd_nm_per_kg_{number + 1}"] == pytest.approx(sd, rel=0.06)
            assert row[f"at_percent_{number + 1}"] == pytest.approx(peak.at_percent, abs=2)
        change = 100.0 * (peak.peak_nm_per_kg[1] / peak.peak_nm_per_kg[0] - 1.0)
        assert row["change_percent"] == pytest.approx(change, abs=6.0)
        pooled = np.sqrt(np.mean(np.square(peak.sd_nm_per_kg)))
        effect = (abs(peak.peak_nm_per_kg[1]) - abs(peak.peak_nm_per_kg[0])) / pooled
        assert row["g_at_peak"] == pytest.approx(effect, abs=0.12)
        assert row["g_at_peak_low"] < row["g_at_peak"] < row["g_at_peak_high"]


def test_synthetic_tables_say_so_in_title_and_every_row() -> None:
    curves = synthetic_torque_curves(1)
    table = torque_table(curves, GROUPS, synthetic=True)
    assert "SYNTHETIC" in table.attrs["title"]
    assert set(table["data"]) == {"SYNTHETIC"}
    assert table[["n_1", "n_2"]].drop_duplicates().to_numpy().tolist() == [[14, 14]]
    assert set(torque_table(curves, GROUPS, synthetic=False)["data"]) == {"recorded"}


def test_the_figure_holds_the_published_changes() -> None:
    # As printed in the published reading of the figure: percent change in magnitude.
    changes = {(p.task, p.joint): 100.0 * (p.peak_nm_per_kg[1] / p.peak_nm_per_kg[0] - 1.0) for p in published_peaks()}
    assert changes["step-up, lag leg", "ankle"] == pytest.approx(-20, abs=0.6)
    assert changes["five-times chair stand", "knee"] == pytest.approx(-18, abs=0.6)
    assert changes["chair stand", "hip"] == pytest.approx(19, abs=0.6)
    assert changes["pick-up", "knee"] == pytest.approx(33, abs=0.6)
    assert sum(p.sd_assumed for p in published_peaks()) == 3


def test_timing_differences_shrink_the_mean_curve_but_not_own_peaks() -> None:
    percent = np.arange(101.0)
    late = {f"A{n}": -np.exp(-0.5 * ((percent - 30 - 8 * n) / 8.0) ** 2) * (1 + 0.01 * n) for n in range(6)}
    same = {f"B{n}": -np.exp(-0.5 * ((percent - 50) / 8.0) ** 2) * (1 + 0.01 * n) for n in range(6)}
    index = pd.MultiIndex.from_tuples([("a", name) for name in late] + [("b", name) for name in same])
    curves = pd.DataFrame([*late.values(), *same.values()], index=index.set_names(["group", "participant"]))
    row = torque_table({("rise", "knee"): curves}, ("a", "b"), synthetic=True).iloc[0]
    assert row["change_percent"] > 50
    assert abs(row["g_own_peak"]) < 0.01


def test_a_group_of_one_is_refused() -> None:
    curves = synthetic_torque_curves(1, per_group=2)
    lone = {key: table.iloc[:3] for key, table in curves.items()}
    with pytest.raises(SettingsError, match="step-up, lag leg, ankle: a group has fewer than two participants"):
        torque_table(lone, GROUPS, synthetic=True)
