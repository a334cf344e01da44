"""The OpenCap server: log in, look, download."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pydantic import SecretStr

from pipeline.opencap_server import answers, faults
from pipeline.opencap_server.addresses import checked_session_id
from pipeline.opencap_server.answers import RemoteSession, RemoteSubject, RemoteTrial
from pipeline.opencap_server.folder import write_session_folder
from pipeline.opencap_server.transfer import check_no_web_page, check_zip, fetch_file
from pipeline.opencap_server.transport import Transport

DEFAULT_BASE_URL = "https://api.opencap.ai/"
DEFAULT_WAIT_S = 600.0
"""How long the server may take to make the zip before the files are fetched one by one [s]."""
_FIRST_POLL_S = 2.0
_SLOWEST_POLL_S = 15.0


@dataclass(frozen=True)
class Progress:
    """One step of a download, to be shown.

    Attributes
    ----------
    stage : {'preparing', 'downloading', 'note'}
        The server makes the zip; bytes arrive; something the user must know.
    text : str
        In words.
    done_bytes : int
    total_bytes : int or None
        None where the server does not say.
    """

    stage: Literal["preparing", "downloading", "note"]
    text: str
    done_bytes: int = 0
    total_bytes: int | None = None


OnProgress = Callable[[Progress], None]


class OpenCapClient:
    """Read access to one OpenCap server.

    Parameters
    ----------
    base_url : str
        Address of the API; https, but for localhost.
    token : str, SecretStr or None
        Without one, public sessions can be read.
    now, sleep : callables
        Clock [s] and pause, replaceable in tests.

    Raises
    ------
    OpenCapServerError
        From the constructor: the address or the token cannot be one. From every method: the server refuses, fails,
        cannot be reached or answers what is not expected; each with what to do next.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        token: str | SecretStr | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        secret = SecretStr(token) if isinstance(token, str) else token
        del token
        self._transport = Transport(base_url, secret, now=now, sleep=sleep)

    def __repr__(self) -> str:
        who = "with token" if self.has_token else "anonymous"
        return f"OpenCapClient({self._transport.base_url!r}, {who})"

    @property
    def has_token(self) -> bool:
        """Whether requests are made as a known user."""
        return self._transport.has_token

    def login(self, username: str, password: str) -> SecretStr:
        """Get a token and use it from now on; sent once, not repeated (the server mails a code at every login)."""
        fields = {"username": SecretStr(username), "password": SecretStr(password)}
        del username, password
        response = self._transport.post_secrets("login/", fields)
        if response.status_code != 200:
            raise faults.login_refused(response.status_code)
        token, self._transport.code_sent = answers.read_login(self._transport.json(response, "the login"))
        self._transport.use_token(token)
        return token

    def list_sessions(self) -> tuple[RemoteSession, ...]:
        """Own sessions, without their trials."""
        self._need_token("The list of sessions")
        return answers.read_sessions(self._transport.get_json("sessions/valid/", "the list of sessions"))

    def list_subjects(self) -> tuple[RemoteSubject, ...]:
        """Own subjects, without their names; ages as of this year."""
        self._need_token("The list of subjects")
        answer = self._transport.get_json("subjects/", "the list of subjects")
        return answers.read_subjects(answer, datetime.now().year)

    def session(self, session_id: str) -> RemoteSession:
        """One session with its trials."""
        identifier = checked_session_id(session_id)
        return answers.read_session(self._transport.get_json(f"sessions/{identifier}/", f"session {identifier}"))

    def trial(self, trial_id: str) -> RemoteTrial:
        """One trial with freshly signed links."""
        path = f"trials/{quote(trial_id, safe='')}/"
        return answers.read_trial(self._transport.get_json(path, "a trial"))

    def download_session(
        self,
        session_id: str,
        folder: Path,
        on_progress: OnProgress | None = None,
        *,
        wait_s: float = DEFAULT_WAIT_S,
    ) -> Path:
        """Fetch the session as the zip that the web app offers, videos included.

        Parameters
        ----------
        folder : Path
            Made if need be; gets ``OpenCapData_<id>.zip``. Nothing is left there when the download fails, and an
            earlier zip stays until the new one is complete.
        wait_s : float
            How long the server may take to make the zip [s].

        Raises
        ------
        ArchiveUnavailableError
            The zip is not made in time or damaged: `download_files` may still work.
        """
        report = on_progress or _silent
        session = self._ready_session(session_id)
        links = self._archive_links(session.identifier, wait_s, report)
        name = f"OpenCapData_{session.identifier}.zip"
        with _workplace(folder) as place:
            part = place / name
            fetch_file(
                self._transport,
                lambda: next(links),
                part,
                lambda done, total: report(Progress("downloading", f"Downloading {name}", done, total)),
            )
            check_no_web_page(part, self._transport.base_url, "a zip")
            check_zip(part)
            return part.replace(folder / name)

    def download_files(self, session_id: str, folder: Path, on_progress: OnProgress | None = None) -> Path:
        """Fetch markers, angles, models and metadata file by file, without videos.

        Writes ``OpenCapData_<id>/`` as opencap-processing does (its mesh files excepted). What is missing or was
        renamed is reported as a note and kept in ``download_notes.txt``.

        Raises
        ------
        OpenCapServerError
            The folder exists already, or nothing is processed yet.
        """
        report = on_progress or _silent
        identifier = checked_session_id(session_id)
        target = check_free(identifier, folder)
        session = self._ready_session(identifier)

        def fetch(trial_id: str, tag: str, path: Path) -> None:
            links = self._file_links(trial_id, tag)
            text = f"Downloading {path.name}"
            fetch_file(
                self._transport,
                lambda: next(links),
                path,
                lambda done, total: report(Progress("downloading", text, done, total)),
            )
            check_no_web_page(path, self._transport.base_url, f"the file {path.name}")

        with _workplace(folder) as place:
            root = place / target.name
            for note in write_session_folder(session, self.trial, fetch, root):
                report(Progress("note", note))
            return root.rename(target)

    def _need_token(self, what: str) -> None:
        if not self.has_token:
            raise faults.token_needed(what)

    def _ready_session(self, session_id: str) -> RemoteSession:
        session = self.session(session_id)
        if not any(trial.is_ready for trial in session.trials if trial.name != "calibration"):
            raise faults.nothing_ready(dict(Counter(trial.status for trial in session.trials)))
        return session

    def _archive_links(self, session_id: str, wait_s: float, report: OnProgress) -> Iterator[str]:
        """Links to the zip: newly made, then signed again, then newly made."""
        while True:
            answer = self._transport.get_json(f"sessions/{session_id}/async-download/", f"the zip of {session_id}")
            task = quote(answers.read_task(answer), safe="")
            yield self._archive_link(task, wait_s, report)
            yield self._archive_link(task, wait_s, report)

    def _archive_link(self, task: str, wait_s: float, report: OnProgress) -> str:
        what = "the question whether the zip is ready"
        began_s = self._transport.now()
        pause_s = _FIRST_POLL_S
        while True:
            response = self._transport.get(f"logs/{task}/on-ready/", what)
            link = None if response.status_code == 202 else answers.read_ready(self._transport.json(response, what))
            if link:
                return link
            waited_s = self._transport.now() - began_s
            if waited_s >= wait_s:
                raise faults.archive_not_ready(waited_s)
            report(Progress("preparing", f"The server makes the zip: {waited_s:.0f} of at most {wait_s:.0f} s"))
            self._transport.sleep(min(pause_s, wait_s - waited_s))
            pause_s = min(1.5 * pause_s, _SLOWEST_POLL_S)

    def _file_links(self, trial_id: str, tag: str) -> Iterator[str]:
        while True:
            link = self.trial(trial_id).links.get(tag)
            if link is None:
                raise faults.withdrawn(tag)
            yield link


def _silent(_: Progress) -> None:
    """Tell nobody."""


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A hidden folder beside the target, so that moving into place is one step; gone afterwards, whatever happens."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".opencap-") as place:
        yield Path(place)


def check_free(session_id: str, folder: Path) -> Path:
    """Where `OpenCapClient.download_files` writes.

    Raises
    ------
    OpenCapServerError
        It exists already; somebody's results may be in it.
    """
    target = folder / f"OpenCapData_{session_id}"
    if target.exists():
        raise faults.already_there(target.name)
    return target
