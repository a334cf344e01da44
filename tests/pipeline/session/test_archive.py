import io
import stat
import struct
import zipfile

import pytest

from models.errors import UploadRejectedError
from pipeline.session import archive
from pipeline.session.archive import extract_session_archive
from tests.pipeline.session.session_files import make_zip, opencap_files, trc_text

ROOT = "OpenCapData_x/"


def refused(zip_path, workdir, words):
    """The archive is refused in these words, and nothing of it stays in the work folder."""
    with pytest.raises(UploadRejectedError, match=words) as caught:
        extract_session_archive(zip_path, workdir)
    assert caught.value.context["file"] == zip_path.name
    assert caught.value.hint
    assert list(workdir.iterdir()) == []


def zip_with(path, *members):
    """A zip of (ZipInfo or name, content) pairs."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for member, content in members:
            file.writestr(member, content, zipfile.ZIP_DEFLATED)
    return path


@pytest.fixture
def workdir(tmp_path):
    return tmp_path / "work"


@pytest.fixture
def zip_path(tmp_path):
    return tmp_path / "session.zip"


def test_web_zip_gives_what_a_session_needs_and_nothing_else(zip_path, workdir):
    files = opencap_files() | {
        "Videos/Cam0/InputMedia/squat/squat.mov": b"video",
        "Videos/Cam0/OutputPkl/squat_keypoints.pkl": b"pickle",
        "inner.zip": b"PK",
        "run.py": "import os",
    }
    make_zip(zip_path, files, ROOT)
    folder = extract_session_archive(zip_path, workdir)
    assert folder.name == "session"
    found = {path.relative_to(folder / ROOT).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {
        "sessionMetadata.yaml",
        "README.txt",
        "MarkerData/neutral.trc",
        "MarkerData/squat.trc",
        "MarkerData/Settings/settings_neutral.yaml",
        "OpenSimData/Kinematics/squat.mot",
        "OpenSimData/Model/LaiUhlrich2022_scaled.osim",
    }
    assert (folder / ROOT / "MarkerData/squat.trc").read_text() == files["MarkerData/squat.trc"]


def test_same_archive_twice_does_not_collide(zip_path, workdir):
    make_zip(zip_path, opencap_files(), ROOT)
    assert extract_session_archive(zip_path, workdir) != extract_session_archive(zip_path, workdir)


def test_what_macos_adds_is_left_out(zip_path, workdir):
    make_zip(zip_path, {"S/MarkerData/a.trc": "x", "__MACOSX/S/MarkerData/a.trc": "y", "S/MarkerData/._a.trc": "z"})
    folder = extract_session_archive(zip_path, workdir)
    assert [path.read_text() for path in folder.rglob("*.trc")] == ["x"]


@pytest.mark.parametrize(
    "name",
    [
        "../neutral.trc",
        "MarkerData/../../neutral.trc",
        "/etc/neutral.trc",
        "C:/neutral.trc",
        "MarkerData/C:neutral.trc",
        "MarkerData\\neutral.trc",
        "..\\neutral.trc",
    ],
)
def test_paths_that_leave_the_folder_are_refused(zip_path, workdir, name):
    zip_with(zip_path, ("MarkerData/squat.trc", "x"), (zipfile.ZipInfo(name), "x"))
    refused(zip_path, workdir, "path is not safe")


def test_unsafe_path_of_a_file_that_would_not_be_extracted_is_refused_too(zip_path, workdir):
    zip_with(zip_path, ("MarkerData/squat.trc", "x"), ("../../evil.mov", "x"))
    refused(zip_path, workdir, "path is not safe")


def test_name_that_an_extra_field_gives_is_checked_beside_the_first(zip_path, workdir, monkeypatch):
    zip_with(zip_path, ("MarkerData/squat.trc", "x"))
    plain = zipfile.ZipFile.infolist

    def renamed(self):
        # As newer Python versions do for the "Unicode path" field of a member.
        members = plain(self)
        members[0].filename = "../../evil.trc"
        return members

    monkeypatch.setattr(zipfile.ZipFile, "infolist", renamed)
    refused(zip_path, workdir, "path is not safe")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(zip_path, workdir, kind):
    link = zipfile.ZipInfo("MarkerData/squat.trc")
    link.external_attr = (kind | 0o777) << 16
    zip_with(zip_path, ("MarkerData/neutral.trc", "x"), (link, "/etc/passwd"))
    refused(zip_path, workdir, "link or device")


def test_encrypted_archive_is_refused(zip_path, workdir):
    make_zip(zip_path, {"MarkerData/squat.trc": "x"})
    content = bytearray(zip_path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[6] |= 1
    zip_path.write_bytes(content)
    refused(zip_path, workdir, "protected by a password")


@pytest.mark.parametrize("other", ["MarkerData/squat.trc", "MarkerData/squat.trc/neutral.trc"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_in_each_others_way_are_refused(zip_path, workdir, other):
    zip_with(zip_path, ("MarkerData/squat.trc", "x"), (other, "y"))
    refused(zip_path, workdir, "two files called|cannot be unpacked")


def test_too_many_members(zip_path, workdir, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    make_zip(zip_path, {f"MarkerData/{i}.trc": "x" for i in range(4)})
    refused(zip_path, workdir, "lists more than 3 files")


def test_huge_table_of_contents_is_refused_before_it_is_read(zip_path, workdir, monkeypatch):
    make_zip(zip_path, {f"MarkerData/{i}.trc": "x" for i in range(50)})
    monkeypatch.setattr(archive, "MAX_DIRECTORY_BYTES", 1000)
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda self: pytest.fail("the table was read"))
    refused(zip_path, workdir, "lists more than")


def test_zip_bomb_is_refused(zip_path, workdir):
    zip_with(zip_path, ("MarkerData/squat.trc", b"0" * (8 * 2**20)))
    assert zip_path.stat().st_size < 20_000
    refused(zip_path, workdir, "expands more than 200-fold")


def test_bomb_that_lies_about_its_size_is_refused(zip_path, workdir):
    zip_with(zip_path, ("MarkerData/squat.trc", b"0" * (8 * 2**20)))
    content = bytearray(zip_path.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = content[22:26] = struct.pack("<L", 100)
    zip_path.write_bytes(content)
    refused(zip_path, workdir, "not a whole zip")


def test_bytes_are_counted_while_writing(zip_path, workdir, monkeypatch):
    make_zip(zip_path, {"MarkerData/squat.trc": trc_text(n_frames=50)})
    monkeypatch.setattr(archive, "_check_sizes", lambda members: None)
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 1000)
    refused(zip_path, workdir, "too large")


def test_limit_on_all_files_together(zip_path, workdir, monkeypatch):
    text = trc_text()
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", int(2.5 * len(text)))
    make_zip(zip_path, {f"MarkerData/{i}.trc": text for i in range(3)})
    refused(zip_path, workdir, "too large: 'MarkerData/2.trc' takes it over the limit")


def test_long_videos_do_not_count(zip_path, workdir, monkeypatch):
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 2000)
    make_zip(zip_path, {"MarkerData/squat.trc": "x", "Videos/squat.mov": b"0" * 10_000})
    assert extract_session_archive(zip_path, workdir).is_dir()


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.99])
def test_truncated_download_is_refused(zip_path, workdir, keep):
    make_zip(zip_path, opencap_files(), ROOT)
    content = zip_path.read_bytes()
    zip_path.write_bytes(content[: int(keep * len(content))])
    refused(zip_path, workdir, "not a whole zip archive; it may have been cut off while downloading")


def test_damaged_content_is_refused_and_nothing_stays(zip_path, workdir):
    make_zip(zip_path, opencap_files(), ROOT)
    content = bytearray(zip_path.read_bytes())
    middle = content.index(b"squat.trc") + 40
    content[middle : middle + 20] = b"\xff" * 20
    zip_path.write_bytes(content)
    refused(zip_path, workdir, "not a whole zip")


@pytest.mark.parametrize("content", [b"", b"just text", b"PK\x03\x04", b"Rar!\x1a\x07\x00"])
def test_what_is_no_zip_is_refused(zip_path, workdir, content):
    zip_path.write_bytes(content)
    refused(zip_path, workdir, "not a whole zip")


def test_archive_of_other_things(zip_path, workdir):
    make_zip(zip_path, {"holiday.jpg": "x"})
    refused(zip_path, workdir, "holds no files of a session")


def test_archive_of_archives_says_so(zip_path, workdir):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("MarkerData/squat.trc", "x")
    make_zip(zip_path, {"OpenCapData_x.zip": inner.getvalue()})
    refused(zip_path, workdir, "holds other archives")


def test_name_of_the_archive_is_made_safe(tmp_path, workdir):
    path = make_zip(tmp_path / "..session?.zip", {"MarkerData/squat.trc": "x"})
    assert extract_session_archive(path, workdir).name == "session_"
