"""A store, or a part of one, as one file: rows of tables as JSON lines, files by hash, and a manifest over both.

docs/store.md describes it. What is read is believed in nothing: names, sizes, hashes, columns and types are checked
before anything is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Column, TypeDecorator
from sqlmodel import SQLModel

from assessment.store.private import written_whole
from assessment.store.schema import head
from assessment.version import SARCOSCOPE_VERSION
from models.errors import StoreError

Kind = Literal["export", "backup"]
Rows = dict[str, list[dict[str, Any]]]
"""Rows by table, as Python's values."""

MANIFEST = "manifest.json"
NAMES_FILES = ("upload_file", "run_file")
"""Tables whose rows name files by hash and size."""
_LARGEST_TABLE_BYTES = 2**30
_CHUNK_BYTES = 2**20
_FILE = re.compile(r"files/[0-9a-f]{64}")


class TableManifest(BaseModel):
    """One table of a bundle."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    sha256: str


class Manifest(BaseModel):
    """What a bundle holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["sarcoscope-store"] = "sarcoscope-store"
    version: Literal[1] = 1
    kind: Kind
    tables_revision: str
    sarcoscope_version: str
    created: datetime
    tables: dict[str, TableManifest]
    n_files: int


def write_bundle(out: Path, kind: Kind, rows: Rows, files: Path) -> Manifest:
    """Write a bundle that only its owner can read, and read it again, to be sure of it.

    Parameters
    ----------
    out : Path
        Must not be there.
    kind : {'export', 'backup'}
    rows : dict
    files : Path
        Folder with every file that the rows name, by hash.

    Raises
    ------
    StoreError
        The file is there already or cannot be written, or what was written is not what was meant.
    """
    with written_whole(out) as unfinished:
        manifest = _write(unfinished, kind, rows, sorted(path for path in files.iterdir() if path.is_file()))
        with open_bundle(unfinished, kind) as bundle:
            for sha256, n_bytes in named_files(bundle.rows).items():
                bundle.check(sha256, n_bytes)
    return manifest


def named_files(rows: Rows) -> dict[str, int]:
    """Hash and size of every file that rows name."""
    return {row["sha256"]: row["n_bytes"] for table in NAMES_FILES for row in rows.get(table, ())}


class OpenBundle:
    """A bundle to read from; use `open_bundle`.

    Attributes
    ----------
    manifest : Manifest
    rows : dict
    """

    def __init__(self, archive: zipfile.ZipFile, kind: Kind) -> None:
        self._archive = archive
        names = archive.namelist()
        self.manifest = self._read_manifest(kind)
        accepted = {MANIFEST, *(_table_file(name) for name in self.manifest.tables)}
        strange = [name for name in names if name not in accepted and not _FILE.fullmatch(name)]
        if strange or len(set(names)) != len(names) or not set(self.manifest.tables) <= set(SQLModel.metadata.tables):
            raise _damaged()
        self.rows: Rows = {name: self._read_table(name) for name in self.manifest.tables}

    def check(self, sha256: str, n_bytes: int) -> None:
        """Read a file to see whether it is whole."""
        self._copy(sha256, n_bytes, None)

    def lay_out(self, folder: Path) -> None:
        """Write every file that the rows name into a folder, by hash."""
        for sha256, n_bytes in named_files(self.rows).items():
            self._copy(sha256, n_bytes, folder / sha256)

    def _read_manifest(self, kind: Kind) -> Manifest:
        try:
            manifest = Manifest.model_validate_json(self._read(MANIFEST, 2**20))
        except ValidationError:
            raise _damaged() from None
        if manifest.kind != kind:
            command = {"export": "import", "backup": "restore"}[manifest.kind]
            raise StoreError(
                f"This file is no {kind} but the other kind: {manifest.kind}.",
                hint=f"Use python -m assessment {command}.",
            )
        if manifest.tables_revision != head():
            raise StoreError(
                f"The file was written by Sarcoscope {manifest.sarcoscope_version}, whose tables differ "
                f"(revision {manifest.tables_revision}; here {head()}).",
                hint="Take it into an empty store with that version, then open that store with this one.",
            )
        return manifest

    def _read_table(self, name: str) -> list[dict[str, Any]]:
        data = self._read(_table_file(name), _LARGEST_TABLE_BYTES)
        expected = self.manifest.tables[name]
        if hashlib.sha256(data).hexdigest() != expected.sha256:
            raise _damaged()
        columns = SQLModel.metadata.tables[name].columns
        try:
            rows = [json.loads(line) for line in data.splitlines()]
            return [{column.name: _value(row[column.name], column) for column in columns} for row in rows]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise _damaged() from None

    def _read(self, name: str, largest: int) -> bytes:
        try:
            if self._archive.getinfo(name).file_size > largest:
                raise _damaged()
            return self._archive.read(name)
        except KeyError:
            raise _damaged() from None

    def _copy(self, sha256: str, n_bytes: int, target: Path | None) -> None:
        digest, total = hashlib.sha256(), 0
        if not _FILE.fullmatch(f"files/{sha256}") or f"files/{sha256}" not in self._archive.NameToInfo:
            raise _damaged()
        with self._archive.open(f"files/{sha256}") as source, (target or Path(os.devnull)).open("wb") as copy:
            while chunk := source.read(_CHUNK_BYTES):
                total += len(chunk)
                if total > n_bytes:
                    raise _damaged()
                digest.update(chunk)
                copy.write(chunk)
        if total != n_bytes or digest.hexdigest() != sha256:
            raise _damaged()


@contextmanager
def open_bundle(path: Path, kind: Kind) -> Iterator[OpenBundle]:
    """Open a bundle to read from.

    Raises
    ------
    StoreError
        It is none of this kind, was damaged or changed, or was written by a version with other tables.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield OpenBundle(archive, kind)
    except FileNotFoundError:
        raise StoreError(f"There is no file {path.name}.", hint="Check the path.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise _damaged() from None


def _write(path: Path, kind: Kind, rows: Rows, files: Sequence[Path]) -> Manifest:
    tables = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, of_table in rows.items():
            data = "".join(f"{json.dumps(row, default=_text, ensure_ascii=False)}\n" for row in of_table).encode()
            tables[name] = TableManifest(rows=len(of_table), sha256=hashlib.sha256(data).hexdigest())
            archive.writestr(_table_file(name), data)
        for file in files:
            archive.write(file, f"files/{file.name}")
        manifest = Manifest(
            kind=kind,
            tables_revision=head(),
            sarcoscope_version=SARCOSCOPE_VERSION,
            created=datetime.now(UTC),
            tables=tables,
            n_files=len(files),
        )
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))
    return manifest


def _table_file(name: str) -> str:
    return f"tables/{name}.jsonl"


def _text(value: object) -> str:
    if isinstance(value, date):  # and times, which are dates as well
        return value.isoformat()
    raise TypeError


def _value(value: Any, column: Column[Any]) -> Any:
    """A value of a column, from JSON.

    Raises
    ------
    ValueError, TypeError
        It is none.
    """
    stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    kind = stored.python_type
    if value is None and column.nullable:
        return None
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if kind is dict:  # any JSON
        return value
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind):
        raise TypeError
    return value


def _damaged() -> StoreError:
    return StoreError(
        "The file is no whole export or backup of a store: it was damaged, cut off or changed.",
        hint="Take another copy of it. Nothing of it was kept.",
    )
