"""A small OpenCap server on this machine: recorded shapes, misbehaviour on demand, and a memory of requests."""

from __future__ import annotations

import io
import json
import random
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from models.errors import OpenCapServerError

SESSION = "4d5c3eb1-1a59-4ea1-9178-d3634610561c"
TOKEN = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
PASSWORD = "correct horse battery"
PERSON = "Jane Doe"
TASK = "0b8f7a52-5a0e-4a6e-9a1e-6ad0c9a3c111"
SESSION_PATH = f"/sessions/{SESSION}/"
ARCHIVE = "/archives/session.zip"
READY = f"/logs/{TASK}/on-ready/"
PACK = f"/sessions/{SESSION}/async-download/"


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.pauses_s: list[float] = []

    def now(self) -> float:
        return self.now_s

    def sleep(self, pause_s: float) -> None:
        self.pauses_s.append(pause_s)
        self.now_s += pause_s


@dataclass
class Answer:
    """One answer; `cut_at` closes the connection after so many bytes of the body."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    names = {key.replace("_", "-"): text for key, text in headers.items()}
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"} | names)


@dataclass
class StoredFile:
    """A file as S3 serves it: with ETag and ranges, unless told otherwise; one entry of `cuts` per broken answer."""

    content: bytes
    etag: str | None = '"v1"'
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    content_type: str = "application/octet-stream"
    sized: bool = True

    def answer(self, headers: dict[str, str]) -> Answer:
        common = {"Content-Type": self.content_type} | ({"ETag": self.etag} if self.etag else {})
        cut_at = self.cuts.pop(0) if self.cuts else None
        wanted = headers.get("Range")
        if wanted and self.ranges and headers.get("If-Range") in (None, self.etag):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            span = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
            return Answer(206, self.content[start:], common | {"Content-Range": span}, cut_at)
        return Answer(200, self.content, common if self.sized else common | {"Content-Length": ""}, cut_at)


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Stub:
    """Routes: a list is used up entry by entry, its last entry stays."""

    def __init__(self, host: str) -> None:
        self.routes: dict[str, list[Answer] | StoredFile] = {}
        self.requests: list[Request] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, self.path, dict(self.headers), body)
                stub.requests.append(request)
                self._send(stub.answer(request))

            def do_POST(self) -> None:
                self.do_GET()

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in ({"Content-Length": str(len(answer.body))} | answer.headers).items():
                    if value:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: answer.cut_at])

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://{host}:{self.server.server_port}/"

    def answer(self, request: Request) -> Answer:
        route = self.routes.get(request.path.split("?")[0])
        if route is None:
            return as_json({"detail": "Not found."}, 404)
        if isinstance(route, StoredFile):
            return route.answer(request.headers)
        return route.pop(0) if len(route) > 1 else route[0]

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path.split("?")[0] == path]


@contextmanager
def running(host: str) -> Iterator[Stub]:
    stub = Stub(host)
    thread = threading.Thread(target=stub.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.server.shutdown()
        stub.server.server_close()
        thread.join()


def session_json(*trials: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """`GET sessions/<id>/` as opencap-api's SessionSerializer gives it; its `name` is the person's."""
    return {
        "id": SESSION,
        "user": 7,
        "public": False,
        "name": PERSON,
        "sessionName": "second visit",
        "qrcode": None,
        "meta": {
            "subject": {
                "id": PERSON,
                "mass": "60.5",
                "height": "1.67",
                "sex": "Woman",
                "gender": "Woman",
                "posemodel": "hrnet",
            },
            "settings": {"framerate": "60", "openSimModel": "LaiUhlrich2022"},
            "checkerboard": {"rows": "4", "cols": "5", "square_size": "35", "placement": "Perpendicular"},
        },
        "trials": list(trials),
        "server": "10.0.0.1",
        "subject": 12,
        "isMono": False,
        "created_at": "2026-03-01T10:00:00.123456Z",
        "updated_at": "2026-03-01T11:00:00Z",
        "trashed": False,
        "trashed_at": None,
        "trials_count": len(trials),
        "trashed_trials_count": 0,
    } | changes


def trial_json(number: int, name: str, links: dict[str, str], status: str = "done", **changes: Any) -> dict[str, Any]:
    """`GET trials/<id>/` as opencap-api's TrialSerializer gives it."""
    results = [
        {"id": 10 * number + i, "trial": trial_id(number), "tag": tag, "media": link, "meta": None, "device_id": "all"}
        for i, (tag, link) in enumerate(links.items())
    ]
    return {
        "id": trial_id(number),
        "session": SESSION,
        "name": name,
        "status": status,
        "videos": [{"id": 1, "device_id": "A", "video": None, "parameters": {}}],
        "results": results,
        "meta": None,
        "created_at": f"2026-03-01T10:{number:02d}:00Z",
        "git_commit": "abc",
        "trashed": False,
        "hasLidarData": False,
    } | changes


def trial_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def zip_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"OpenCapData_{SESSION}/{name}", content)
    return buffer.getvalue()


def noise(seed: int, size: int) -> bytes:
    """Bytes that do not compress, as video."""
    return random.Random(seed).randbytes(size)  # noqa: S311


TRC = b"PathFileType\t4\t(X/Y/Z)\tneutral.trc\n"
ZIP = zip_of({"MarkerData/neutral.trc": TRC, "Videos/mapping.bin": noise(1, 700_000)})


def range_start(request: Request) -> int:
    return int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def failing(action: Callable[[], Any], kind: type[OpenCapServerError] = OpenCapServerError) -> OpenCapServerError:
    with pytest.raises(kind) as caught:
        action()
    return caught.value
