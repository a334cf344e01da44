"""C3D files, made with ezc3d and real; damaged ones break their reader, not the program."""

import numpy as np
import pytest

from models.errors import ForceDataError, MarkerDataError
from pipeline.files.c3d import read_c3d_markers, read_c3d_plates
from tests.pipeline.c3d_writer import write_c3d

GAIT = "lab_bmc_gait_ccby/Gait.c3d"


def write_points(path, labels, points_m, *, unit="mm", rate_hz=100.0, unseen=()):
    points = np.ones((4, len(labels), len(points_m)))
    points[:3] = points_m.transpose(2, 1, 0) * {"mm": 1000.0, "cm": 100.0, "m": 1.0, "in": 39.37}[unit]
    residuals = np.zeros((1, len(labels), len(points_m)))
    for frame, marker in unseen:
        residuals[0, marker, frame] = -1
    parameters = {("POINT", "RATE"): [rate_hz], ("POINT", "LABELS"): labels, ("POINT", "UNITS"): [unit]}
    return write_c3d(path, parameters, points, residuals=residuals)


@pytest.fixture
def points_m():
    return np.random.default_rng(0).normal(size=(20, 3, 3))


class TestMarkers:
    @pytest.mark.parametrize("unit", ["mm", "cm", "m"])
    def test_metres_whatever_the_unit(self, tmp_path, points_m, unit):
        read = read_c3d_markers(write_points(tmp_path / "a.c3d", ["A", "B", "C"], points_m, unit=unit))
        assert read.names == ("A", "B", "C")
        assert read.rate_hz == pytest.approx(100)
        np.testing.assert_allclose(read.positions_m, points_m, atol=1e-6)

    def test_negative_residual_means_not_seen(self, tmp_path, points_m):
        read = read_c3d_markers(write_points(tmp_path / "a.c3d", ["A", "B", "C"], points_m, unseen=[(4, 1), (5, 1)]))
        expected = np.zeros((20, 3), dtype=bool)
        expected[4:6, 1] = True
        np.testing.assert_array_equal(np.isnan(read.positions_m).any(axis=2), expected)

    def test_names_lose_the_subject_and_become_unique(self, tmp_path, points_m):
        path = write_points(tmp_path / "a.c3d", ["Jane:LASI", "Jane:KNEE", "Jane:KNEE"], points_m)
        assert read_c3d_markers(path).names == ("LASI", "KNEE", "KNEE_2")

    def test_real_recording(self, shared_data):
        read = read_c3d_markers(shared_data(GAIT))
        assert (read.n_frames, len(read.names), read.rate_hz) == (487, 33, pytest.approx(100))
        # RKNE labels two markers; their descriptions tell them apart.
        assert read.has("R.Knee", "R.Knee.Medial", "RHEE")
        # Z is up in this laboratory: heels near the floor, C7 at 1.4 m.
        assert np.nanmin(read.position_m("RHEE")[:, 2]) == pytest.approx(0.02, abs=0.02)
        assert np.nanmax(read.position_m("C7")[:, 2]) == pytest.approx(1.4, abs=0.1)
        assert np.isnan(read.position_m("RHEE")[0]).all()


class TestPlates:
    def test_real_plates_push_the_person_up_and_lie_under_the_heel(self, shared_data):
        plates = read_c3d_plates(shared_data(GAIT))
        markers = read_c3d_markers(shared_data(GAIT))
        assert len(plates.plates) == 2
        assert plates.time_s[0] == markers.time_s[0]
        for plate, heel in zip(plates.plates, ("LHEE", "RHEE"), strict=True):
            peak = int(plate.force_n[:, 2].argmax())
            assert 700 < plate.force_n[peak, 2] < 1000
            loaded = np.flatnonzero(plate.force_n[:, 2] > 100)
            early = loaded[len(loaded) // 5]
            frame = int(np.abs(markers.time_s - plates.time_s[early]).argmin())
            distance_m = plate.centre_of_pressure_m[early, :2] - markers.position_m(heel)[frame, :2]
            assert np.linalg.norm(distance_m) < 0.12
            # The person walks towards -x: braking pushes back (+x), propulsion forward.
            assert plate.force_n[early, 0] > 0 > plate.force_n[loaded[-len(loaded) // 5], 0]
            assert np.abs(plate.free_moment_nm[loaded]).max() < 15

    def test_none_described(self, tmp_path, points_m):
        with pytest.raises(ForceDataError, match="describes no force plate"):
            read_c3d_plates(write_points(tmp_path / "a.c3d", ["A", "B", "C"], points_m))


class TestDamaged:
    @pytest.mark.parametrize("content", [b"", b"\x02\x50", b"hello, this is text" * 100, bytes(5000)])
    def test_other_files_are_named_as_such(self, tmp_path, content):
        (tmp_path / "a.c3d").write_bytes(content)
        with pytest.raises(MarkerDataError, match=r"a\.c3d is not a C3D file"):
            read_c3d_markers(tmp_path / "a.c3d")

    def test_a_magic_number_and_noise(self, tmp_path):
        noise = bytearray(np.random.default_rng(1).bytes(5000))
        noise[:2] = b"\x02\x50"
        (tmp_path / "a.c3d").write_bytes(noise)
        with pytest.raises(MarkerDataError, match="The C3D file is damaged"):
            read_c3d_markers(tmp_path / "a.c3d")

    def test_cut_short(self, tmp_path, points_m):
        path = write_points(tmp_path / "a.c3d", ["A", "B", "C"], points_m)
        path.write_bytes(path.read_bytes()[:-400])
        with pytest.raises(MarkerDataError, match=r"cut short|damaged"):
            read_c3d_markers(path)

    def test_real_file_cut_short(self, shared_data, tmp_path):
        (tmp_path / "a.c3d").write_bytes(shared_data(GAIT).read_bytes()[:200_000])
        with pytest.raises(MarkerDataError, match="announces 487 frames, 236 are there"):
            read_c3d_markers(tmp_path / "a.c3d")

    def test_flipped_bytes_never_end_the_process(self, shared_data, tmp_path):
        """One of these made ezc3d end with a segmentation fault when it ran in this process."""
        source = shared_data(GAIT).read_bytes()
        rng = np.random.default_rng(5)
        for _ in range(6):
            content = bytearray(source)
            for place in rng.integers(2, 4096, 20):
                content[place] = int(rng.integers(256))
            (tmp_path / "a.c3d").write_bytes(content)
            try:
                read_c3d_markers(tmp_path / "a.c3d")
            except MarkerDataError as error:
                assert error.hint

    def test_unknown_unit(self, tmp_path, points_m):
        path = write_points(tmp_path / "a.c3d", ["A", "B", "C"], points_m, unit="in")
        with pytest.raises(MarkerDataError, match=r"coordinates in 'in'.*Accepted in POINT:UNITS: m, cm, mm"):
            read_c3d_markers(path)

    def test_absent(self, tmp_path):
        with pytest.raises(MarkerDataError, match="cannot be read: No such file"):
            read_c3d_markers(tmp_path / "a.c3d")
