"""Runs one analysis of opencap-processing, in a process and, if need be, an interpreter of its own.

Called as ``python child.py REQUEST.json RESULT.json``. It imports nothing of Sarcoscope, because the interpreter may
not have it, and keeps to the Python that opencap-processing supports (3.9 and later). Whatever goes wrong in the
analysis is written into the result; without a result the process itself ended, and its caller says so.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def main(request_path: Path, result_path: Path) -> None:
    """Do what the request asks and write the result.

    The request holds ``module``, ``class``, ``session``, ``trial``, ``options`` (keyword arguments of the class) and
    ``scalars``. The result holds either ``error`` or ``scalars``: name -> ``{"value", "units"}`` or ``{"error"}``.
    """
    request = json.loads(request_path.read_text(encoding="utf-8"))
    # Python puts this file's folder first, where modules of ours could stand in for modules of theirs.
    sys.path.pop(0)
    try:
        result: dict[str, Any] = {"scalars": _compute(request)}
    except BaseException as error:
        result = {"error": _described(error)}
    complete = result_path.with_suffix(".partial")
    complete.write_text(json.dumps(result), encoding="utf-8")
    complete.replace(result_path)


def _compute(request: dict[str, Any]) -> dict[str, Any]:
    _keep_padding()
    analysis_class = getattr(importlib.import_module(request["module"]), request["class"])
    analysis = analysis_class(request["session"], request["trial"], **request["options"])
    scalars: dict[str, Any] = {}
    for name in request["scalars"]:
        try:
            scalars[name] = analysis.compute_scalars({name}, return_all=True)[name]
            scalars[name] = {key: _plain(value) for key, value in scalars[name].items()}
        except BaseException as error:
            scalars[name] = {"error": _described(error)}
    return scalars


def _keep_padding() -> None:
    """Let OpenSim's low-pass filter behave as it did when opencap-processing was written.

    opencap-processing asks for OpenSim 4.5, which leaves the padding of filtered tables to be cut off by the caller.
    From 4.6 on OpenSim cuts it itself (opensim-core pull request 3969), a rounding error short of the last frame, and
    opencap-processing's own cut then fails. The property that 4.6 has for it restores what 4.5 did.
    """
    try:
        import opensim
    except ImportError:
        return  # its own import will tell
    new_filter: Any = getattr(opensim, "TabOpLowPassFilter", None)
    if not hasattr(new_filter, "set_trim_to_original_time_range"):
        return

    def as_in_4_5(*arguments: float) -> Any:
        made = new_filter(*arguments)
        made.set_trim_to_original_time_range(False)
        return made

    opensim.TabOpLowPassFilter = as_in_4_5


def _plain(value: Any) -> Any:
    """Numbers, lists and dictionaries of whatever arrays the analysis returned."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


def _described(error: BaseException) -> dict[str, str]:
    return {"type": type(error).__name__, "text": str(error), "module": getattr(error, "name", None) or ""}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
