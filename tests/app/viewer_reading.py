"""The viewer's bytes read back, as its script reads them."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.viewer.packing import NOTHING


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Header, and arrays with NaN in gaps."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    arrays = {}
    for name, block in header["blocks"].items():
        kind = {"int16": "<i2", "float32": "<f4"}[block["type"]]
        count = int(np.prod(block["shape"]))
        values = np.frombuffer(data, kind, count, 4 + length + block["start"]).astype(float).reshape(block["shape"])
        if block["type"] == "int16":
            values = np.where(values == NOTHING, np.nan, block["offset"] + block["scale"] * values)
        arrays[name] = values
    return header, arrays
