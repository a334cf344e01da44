"""Arrays as 16-bit integers in one block of bytes, behind a header in JSON that says where each one lies.

A Streamlit component takes either JSON or bytes; numbers in JSON would be five times as large.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The lowest integer stands for "nothing there" (NaN); the others span the range of the values.
NOTHING = -32768
_STEPS = 2 * 32767

Number = np.floating[Any]


class Blocks:
    """Collects arrays for the script, which finds them again by name."""

    def __init__(self) -> None:
        self._index: dict[str, dict[str, Any]] = {}
        self._data = bytearray()

    def add(self, name: str, values: NDArray[Number], *, low: float, high: float) -> None:
        """Add an array whose finite values lie between ``low`` and ``high``; others count as not there."""
        scale = max(high - low, 1e-9) / _STEPS
        steps = np.full(values.shape, float(NOTHING))
        inside = np.isfinite(values) & (values >= low) & (values <= high)
        steps[inside] = np.rint((values[inside] - low) / scale) - 32767
        self._index[name] = {
            "type": "int16",
            "start": len(self._data),
            "shape": list(values.shape),
            "scale": scale,
            "offset": low + 32767 * scale,
        }
        self._data += steps.astype("<i2").tobytes()

    def add_exact(self, name: str, values: NDArray[Number]) -> None:
        """Add an array in single precision."""
        self._index[name] = {"type": "float32", "start": len(self._data), "shape": list(values.shape)}
        self._data += values.astype("<f4").tobytes()

    def packed(self, header: dict[str, Any]) -> bytes:
        """Header and arrays in one: length of the header (4 bytes), header, arrays."""
        text = json.dumps(header | {"blocks": self._index}, ensure_ascii=False, allow_nan=False).encode()
        return struct.pack("<I", len(text)) + text + bytes(self._data)
