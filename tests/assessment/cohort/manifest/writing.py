"""Manifests and sessions to test with, written in a line."""

from __future__ import annotations

from pathlib import Path

from assessment.cohort.manifest import Manifest, read_manifest

GOOD = {
    "participant": "P001", "visit": "V1", "session": "01234567-89ab-4cde-8f01-000000000000", "height_m": "1.65",
    "mass_kg": "58.5", "sex": "f", "age_years": "72",
}  # fmt: skip


def opencap_id(number: int) -> str:
    """Another session at OpenCap."""
    return f"01234567-89ab-4cde-8f01-{number:012d}"


def row(number: int = 1, **cells: str) -> dict[str, str]:
    """A row that is accepted: another participant and session for each number, but for the given cells."""
    return GOOD | {"participant": f"P{number:03d}", "session": opencap_id(number)} | cells


def write(folder: Path, *rows: dict[str, str], separator: str = ",") -> Path:
    """A manifest with the columns of all rows."""
    columns = list(dict.fromkeys(name for one in rows for name in one))
    lines = [separator.join(columns), *(separator.join(one.get(name, "") for name in columns) for one in rows)]
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(folder: Path, *rows: dict[str, str]) -> Manifest:
    """The same, read."""
    return read_manifest(write(folder, *rows))


def reasons(manifest: Manifest) -> dict[tuple[int, str], list[str]]:
    """Row and column -> what is wrong with them, and what to do."""
    found: dict[tuple[int, str], list[str]] = {}
    for bad in manifest.bad_rows:
        found.setdefault((bad.row, bad.column), []).append(f"{bad.reason} {bad.hint}")
    return found


def write_session(path: Path, **metadata: object) -> Path:
    """A folder that looks like OpenCap's, with these entries in its metadata and no recordings."""
    (path / "MarkerData").mkdir(parents=True)
    text = "".join(f"{key}: {value}\n" for key, value in metadata.items())
    (path / "sessionMetadata.yaml").write_text(text, encoding="utf-8")
    return path
