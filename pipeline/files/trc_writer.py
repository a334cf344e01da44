"""Write TRC files as OpenCap does."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.markers import MarkerTrajectories

_NOT_SEEN = "\t\t"


def write_trc(path: Path, markers: MarkerTrajectories, *, source: str, decimals: int) -> None:
    """Write markers in metres; where one is not seen its cells stay blank.

    Parameters
    ----------
    path : Path
        Folders are made.
    markers : MarkerTrajectories
        Two frames at least; the rate in the header comes from their times.
    source : str
        What the first line calls the file's origin; in OpenCap's files a path.
    decimals : int
        Of the positions.
    """
    n_frames, n_markers, rate_hz = markers.n_frames, len(markers.names), round(markers.rate_hz, 3)
    axes = "\t".join(f"{axis}{marker}" for marker in range(1, n_markers + 1) for axis in "XYZ")
    lines = [
        f"PathFileType  4\t(X/Y/Z)\t{source}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate_hz}\t{rate_hz}\t{n_frames}\t{n_markers}\tm\t{rate_hz}\t1\t{n_frames}",
        "Frame#\tTime\t" + "\t\t\t".join(markers.names) + "\t\t",
        f"\t\t{axes}\t",
        "",
    ]
    one = "\t".join([f"%.{decimals}f"] * 3)
    seen = np.asarray(np.isfinite(markers.positions_m).all(axis=2))
    cells = zip(seen.tolist(), markers.positions_m.tolist(), strict=True)
    for frame, (time_s, (is_seen, places_m)) in enumerate(zip(markers.time_s, cells, strict=True), 1):
        places = "\t".join(
            one % tuple(place_m) if shown else _NOT_SEEN for shown, place_m in zip(is_seen, places_m, strict=True)
        )
        lines.append(f"{frame}\t{time_s:.7f}\t{places}\t")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
