"""Run by `pipeline.files.c3d` as a process of its own: read one C3D with ezc3d and write what is in it as .npz.

On damaged files ezc3d can end the whole process or ask for all memory; here it takes nobody with it. Arguments: the
C3D, the .npz to write, ``plates`` or ``markers``. A message on standard output is what ezc3d complains about.
"""

import importlib
import json
import sys
from typing import Any

import ezc3d
import numpy as np

# Four times the largest file that is accepted, as doubles.
_MEMORY_BYTES = 4 * 2**30


def _limit_memory() -> None:
    try:
        resource: Any = importlib.import_module("resource")
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _plain(group: Any) -> dict[str, Any]:
    """Parameters of a group as lists."""
    return {key: np.ravel(entry["value"]).tolist() for key, entry in group.items() if key != "__METADATA__"}


def main(c3d: str, npz: str, what: str) -> int:
    """Read and write; return the exit code."""
    _limit_memory()
    try:
        content = ezc3d.c3d(c3d, extract_forceplat_data=what == "plates")
        parameters, header = content["parameters"], content["header"]
        arrays: dict[str, Any] = {
            "points": np.asarray(content["data"]["points"], dtype=float),
            "residuals": np.asarray(content["data"]["meta_points"]["residuals"], dtype=float),
        }
        platforms = content["data"].get("platform") or []
        units = []
        for index, platform in enumerate(platforms):
            units.append([str(platform[key]) for key in ("unit_force", "unit_moment", "unit_position")])
            for key in ("force", "center_of_pressure", "Tz", "corners"):
                arrays[f"{key}_{index}"] = np.asarray(platform[key], dtype=float)
        description = {
            "point": _plain(parameters["POINT"]),
            "points": {key: float(value) for key, value in header["points"].items()},
            "analogs": {key: float(value) for key, value in header["analogs"].items()},
            "plate_units": units,
        }
        with open(npz, "wb") as file:  # noqa: PTH123 - nothing but ezc3d and numpy is imported here
            np.savez(file, description=np.array(json.dumps(description)), **arrays)
    except Exception as reason:  # whatever the C++ reader throws, the file is at fault
        sys.stdout.write(str(reason).splitlines()[0][:120] if str(reason) else type(reason).__name__)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
