"""A copy of opencap-processing on this machine, and how one of its analyses is run without letting it in.

It is not a package: its scripts expect their own versions of libraries and, as soon as ``utils`` is imported, ask for a
password. So it runs in a process of its own, without a terminal to ask or a token, whose web requests lead nowhere.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import SettingsError

DIR_VARIABLE = "OPENCAP_PROCESSING_DIR"
PYTHON_VARIABLE = "OPENCAP_PROCESSING_PYTHON"
# What every checkout with a gait analysis holds; both are needed to run anything of it.
NEEDED_FILES = ("utilsKinematics.py", "ActivityAnalyses/gait_analysis.py")
HOW_TO_GET_IT = (
    "Get it with `git clone https://github.com/opencap-org/opencap-processing` and set "
    f"{DIR_VARIABLE} to the folder it makes (docs/opencap-processing.md)."
)
DEFAULT_LIMIT_S = 300.0

_CHILD = Path(__file__).with_name("child.py")
# Port 9 (discard) of this machine: a request that ignores every other precaution ends here.
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Analysis:
    """One of its analyses: the class, its keyword arguments and the scalars to ask for."""

    module: str
    class_name: str
    options: dict[str, Any]
    scalars: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What an analysis gave.

    Attributes
    ----------
    values : dict of str to tuple of float
        Scalar -> one value a stride or repetition, in its own unit; one of both legs as ``name.r`` and ``name.l``.
    units : dict of str to str
        As the analysis calls them.
    faults : dict of str to str
        Scalar -> why it has no value.
    reason : str or None
        Why there is nothing at all.
    """

    values: dict[str, tuple[float, ...]]
    units: dict[str, str]
    faults: dict[str, str]
    reason: str | None = None

    @classmethod
    def nothing(cls, reason: str) -> Outcome:
        """The analysis gave nothing, for this reason."""
        return cls({}, {}, {}, reason)


@dataclass(frozen=True)
class Checkout:
    """Where opencap-processing is and which Python runs it."""

    folder: Path
    python: str = sys.executable

    @property
    def revision(self) -> str | None:
        """Its git commit; None where it is no repository or git is not installed."""
        if not (self.folder / ".git").exists():
            return None  # git would tell the commit of a repository around it
        try:
            told = subprocess.run(  # noqa: S603
                ["git", "-C", str(self.folder), "rev-parse", "HEAD"],  # noqa: S607
                capture_output=True, text=True, timeout=10, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            return None
        return told.stdout.strip() or None

    def run(self, analysis: Analysis, session: Path, trial: str, *, limit_s: float = DEFAULT_LIMIT_S) -> Outcome:
        """Run one analysis on one trial; whatever goes wrong is the outcome's reason, never an exception.

        Parameters
        ----------
        analysis : Analysis
        session : Path
            Folder in OpenCap's layout; it is only read.
        trial : str
            Name of its .mot and .trc without suffix.
        limit_s : float
            Time after which the process is ended [s].
        """
        if not (self.folder / f"{analysis.module.replace('.', '/')}.py").is_file():
            return Outcome.nothing(
                f"This copy of opencap-processing has no {analysis.module.replace('.', '/')}.py: update it."
            )
        with tempfile.TemporaryDirectory() as workdir:
            request, result = Path(workdir) / "request.json", Path(workdir) / "result.json"
            content = {
                "module": analysis.module,
                "class": analysis.class_name,
                "session": str(session.resolve()),
                "trial": trial,
                "options": analysis.options,
                "scalars": analysis.scalars,
            }
            request.write_text(json.dumps(content), encoding="utf-8")
            try:
                code = self._run_child(request, result, workdir, limit_s)
            except subprocess.TimeoutExpired:
                return Outcome.nothing(f"It did not end within {limit_s:g} s (--limit-s) and was stopped.")
            except OSError as error:
                return Outcome.nothing(
                    f"Its Python cannot be started: {error.strerror or type(error).__name__}. "
                    f"{PYTHON_VARIABLE} must name an interpreter."
                )
            return _read_result(result, code)

    def _run_child(self, request: Path, result: Path, workdir: str, limit_s: float) -> int:
        process = subprocess.Popen(  # noqa: S603 - the user named both the interpreter and the checkout
            [self.python, str(_CHILD), str(request), str(result)],
            # OpenSim writes its log into the working folder, so this is not the checkout.
            cwd=workdir,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Without a terminal a password prompt fails at once; and the whole group can be ended.
            start_new_session=True,
        )
        try:
            return process.wait(limit_s)
        finally:
            _end(process)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENCAP_", "PYTHON"))}
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"), _NOWHERE)
        return {
            **kept,
            **proxies,
            "no_proxy": "",
            "NO_PROXY": "",
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            # It asks for a password where it finds none of these; this one opens nothing.
            "API_TOKEN": "none",
            "API_URL": _NOWHERE,
            "MPLBACKEND": "Agg",
        }


def find_checkout(environment: Mapping[str, str] = os.environ) -> Checkout:
    """The copy of opencap-processing that the environment names.

    Raises
    ------
    SettingsError
        The variable is not set, or its folder holds something else.
    """
    named = environment.get(DIR_VARIABLE)
    if not named:
        raise SettingsError(
            f"{DIR_VARIABLE} is not set, so there is no opencap-processing to compare with.", hint=HOW_TO_GET_IT
        )
    folder = Path(named).expanduser()
    missing = [name for name in NEEDED_FILES if not (folder / name).is_file()]
    if missing:
        raise SettingsError(
            f"{DIR_VARIABLE} is {folder}, which holds no {' and no '.join(missing)}: this is no checkout of "
            "opencap-processing.",
            hint=HOW_TO_GET_IT,
        )
    return Checkout(folder.resolve(), environment.get(PYTHON_VARIABLE) or sys.executable)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and everything it started."""
    if hasattr(os, "killpg"):
        # Nobody may be left, which macOS calls a missing permission.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _read_result(path: Path, code: int) -> Outcome:
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Outcome.nothing(_ending(code))
    if "error" in result:
        return Outcome.nothing(_told(result["error"]))
    values: dict[str, tuple[float, ...]] = {}
    units: dict[str, str] = {}
    faults: dict[str, str] = {}
    for name, scalar in result["scalars"].items():
        if "error" in scalar:
            faults[name] = _told(scalar["error"])
            continue
        sides = scalar["value"] if isinstance(scalar["value"], dict) else {"": scalar["value"]}
        for side, value in sides.items():
            key = f"{name}.{side}" if side else name
            values[key], units[key] = tuple(_numbers(value)), str(scalar.get("units", ""))
            if not values[key] or not all(math.isfinite(number) for number in values[key]):
                faults[key] = "It gave no finite number."
                del values[key]
    return Outcome(values, units, faults)


def _numbers(value: Any) -> list[float]:
    """All numbers of a nested list, in order."""
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [float(value)] if isinstance(value, (int, float)) else [math.nan]


def _told(error: dict[str, str]) -> str:
    if error["type"] in ("ModuleNotFoundError", "ImportError"):
        module = error["module"] or "one of its modules"
        return (
            f"The Python that runs it lacks {module}: install its requirements there, or name a Python that has them "
            f"in {PYTHON_VARIABLE}."
        )
    text = " ".join(error["text"].split()).rstrip(".")
    return f"It stopped with {error['type']}: {text}." if text else f"It stopped with {error['type']}."


def _ending(code: int) -> str:
    if code >= 0:
        return f"Its process ended with code {code} and gave no result."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    return f"Its process was ended by signal {name} and gave no result."
