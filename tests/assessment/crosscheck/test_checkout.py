"""Whatever opencap-processing does, its caller gets numbers or one sentence, and nothing else gets out."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assessment.crosscheck.checkout import Checkout, Outcome, find_checkout
from assessment.crosscheck.quantities import analysis
from models.errors import SettingsError
from tests.assessment.crosscheck.stand_in import build_checkout


def _run_gait(checkout: Path, session: Path, *, python: str = sys.executable, limit_s: float = 60.0) -> Outcome:
    return Checkout(checkout, python).run(analysis("gait", "r"), session, "walk", limit_s=limit_s)


# Finding it.


def test_without_the_variable_one_sentence_says_how_to_get_it() -> None:
    with pytest.raises(SettingsError) as caught:
        find_checkout({})
    assert caught.value.message == (
        "OPENCAP_PROCESSING_DIR is not set, so there is no opencap-processing to compare with."
    )
    assert caught.value.hint == (
        "Get it with `git clone https://github.com/opencap-org/opencap-processing` and set OPENCAP_PROCESSING_DIR to "
        "the folder it makes (docs/opencap-processing.md)."
    )


def test_a_folder_that_is_no_checkout_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "utilsKinematics.py").touch()
    with pytest.raises(SettingsError) as caught:
        find_checkout({"OPENCAP_PROCESSING_DIR": str(tmp_path)})
    assert caught.value.message == (
        f"OPENCAP_PROCESSING_DIR is {tmp_path}, which holds no ActivityAnalyses/gait_analysis.py: this is no checkout "
        "of opencap-processing."
    )


def test_its_own_python_is_used_where_one_is_named(tmp_path: Path) -> None:
    checkout = str(build_checkout(tmp_path))
    assert find_checkout({"OPENCAP_PROCESSING_DIR": checkout}).python == sys.executable
    named = {"OPENCAP_PROCESSING_DIR": checkout, "OPENCAP_PROCESSING_PYTHON": "/opt/its/python"}
    assert find_checkout(named).python == "/opt/its/python"


# Running it.


def test_every_stride_arrives_with_its_unit_and_leg(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    outcome = _run_gait(build_checkout(tmp_path), tmp_path)
    assert outcome.reason is None
    assert not outcome.faults
    assert outcome.values["gait_speed"] == (1.1, 1.3)
    assert outcome.values["step_length.r"] == (0.6, 0.7)
    assert outcome.values["step_length.l"] == (0.5, 0.5)
    assert outcome.units["cadence"] == "steps/min"
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_the_checkout_and_the_session_stay_as_they_were(tmp_path: Path) -> None:
    session = tmp_path / "session"
    session.mkdir()
    checkout = build_checkout(tmp_path, constructor='open("opensim.log", "w").write("a log beside the script")')
    before = sorted(tmp_path.rglob("*"))
    assert _run_gait(checkout, session).reason is None
    assert sorted(tmp_path.rglob("*")) == before


def test_its_modules_win_over_ours_of_the_same_name(tmp_path: Path) -> None:
    checkout = build_checkout(tmp_path, header="from records import THEIRS\n")
    (checkout / "records.py").write_text("THEIRS = True\n")
    assert _run_gait(checkout, tmp_path).reason is None


def test_tokens_of_this_machine_do_not_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    monkeypatch.setenv("OPENCAP_API_TOKEN", "secret")
    header = "import os\nassert 'secret' not in os.environ.values()\n"
    assert _run_gait(build_checkout(tmp_path, header=header), tmp_path).reason is None


def test_it_reaches_no_server(tmp_path: Path) -> None:
    asked = "import urllib.request; urllib.request.urlopen('https://api.opencap.ai/', timeout=5)"
    reason = _run_gait(build_checkout(tmp_path, constructor=asked), tmp_path).reason
    assert reason is not None
    assert "Connection refused" in reason


def test_the_filter_of_a_newer_opensim_keeps_the_padding_it_was_written_for(tmp_path: Path) -> None:
    made = "import opensim; self.trims = opensim.TabOpLowPassFilter(6).get_trim_to_original_time_range()"
    outcome = _run_gait(
        build_checkout(tmp_path, constructor=made, step_width='return [float(self.trims)], "m"'), tmp_path
    )
    assert outcome.values["step_width"] == (0.0,)


# Faults.


@pytest.mark.parametrize(
    ("constructor", "reason"),
    [
        ("[][0]", "It stopped with IndexError: list index out of range."),
        ('raise ValueError("The order\\nis wrong.")', "It stopped with ValueError: The order is wrong."),
        ("raise RuntimeError", "It stopped with RuntimeError."),
        ("import sys; sys.exit('No cycles')", "It stopped with SystemExit: No cycles."),
        ("import os; os._exit(3)", "Its process ended with code 3 and gave no result."),
        ("import os; os.abort()", "Its process was ended by signal SIGABRT and gave no result."),
        ("input('Which trial? ')", "It stopped with EOFError: EOF when reading a line."),
        ("import getpass; getpass.getpass()", "It stopped with EOFError."),
        (
            "import maskpass_of_nobody",
            "The Python that runs it lacks maskpass_of_nobody: install its requirements there, or name a Python that "
            "has them in OPENCAP_PROCESSING_PYTHON.",
        ),
    ],
)
def test_a_fault_is_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], constructor: str, reason: str
) -> None:
    outcome = _run_gait(build_checkout(tmp_path, constructor=constructor), tmp_path)
    assert outcome.reason == reason
    assert not outcome.values
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_an_analysis_that_hangs_is_stopped_with_everything_it_started(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    hangs = (
        "import subprocess, time; "
        f"open({str(started)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid)); time.sleep(600)"
    )
    began_s = time.monotonic()
    # Long enough for two slow cores to get as far as the sleep.
    outcome = _run_gait(build_checkout(tmp_path, constructor=hangs), tmp_path, limit_s=20.0)
    assert outcome.reason == "It did not end within 20 s (--limit-s) and was stopped."
    assert time.monotonic() - began_s < 60.0
    assert not _runs(int(started.read_text()))


def test_one_scalar_that_fails_takes_no_other(tmp_path: Path) -> None:
    outcome = _run_gait(build_checkout(tmp_path, step_width='raise KeyError("r_ankle_study")'), tmp_path)
    assert outcome.faults == {"step_width": "It stopped with KeyError: 'r_ankle_study'."}
    assert outcome.values["cadence"] == (100.0, 140.0)


@pytest.mark.parametrize("value", ['np.array([0.1, np.nan]), "m"', '[], "m"', 'None, "m"'])
def test_no_number_is_a_fault_and_not_a_value(tmp_path: Path, value: str) -> None:
    outcome = _run_gait(build_checkout(tmp_path, step_width=f"return {value}"), tmp_path)
    assert outcome.faults == {"step_width": "It gave no finite number."}
    assert "step_width" not in outcome.values


def test_an_older_copy_without_sit_to_stand_says_so(tmp_path: Path) -> None:
    checkout = Checkout(build_checkout(tmp_path, sit_to_stand=False))
    outcome = checkout.run(analysis("sit-to-stand", None), tmp_path, "5xSTS")
    assert outcome.reason == "This copy of opencap-processing has no ActivityAnalyses/sts_analysis.py: update it."


def test_a_python_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    outcome = _run_gait(build_checkout(tmp_path), tmp_path, python=str(tmp_path / "nowhere"))
    assert outcome.reason == (
        "Its Python cannot be started: No such file or directory. OPENCAP_PROCESSING_PYTHON must name an interpreter."
    )


def test_the_revision_is_that_of_its_own_repository(tmp_path: Path) -> None:
    checkout = build_checkout(tmp_path)
    _commit_in(tmp_path)  # a repository around it, as where it is unpacked into a project
    assert Checkout(checkout).revision is None
    head = _commit_in(checkout)
    assert len(head) == 40
    assert Checkout(checkout).revision == head


def _commit_in(folder: Path) -> str:
    """Make a repository of a folder, with one commit; returns its name."""
    _told("git", "-C", str(folder), "init", "-q")
    author = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    _told("git", "-C", str(folder), *author, "commit", "-q", "--allow-empty", "-m", folder.name)
    return _told("git", "-C", str(folder), "rev-parse", "HEAD")


def _runs(pid: int) -> bool:
    """Whether a process still runs; one that ended but was not collected does not."""
    try:
        os.kill(pid, 0)
        return not _told("ps", "-o", "stat=", "-p", str(pid)).startswith("Z")
    except (ProcessLookupError, subprocess.CalledProcessError):
        return False


def _told(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
