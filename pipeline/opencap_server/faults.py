"""What can go wrong between here and the OpenCap server, each with what to do about it.

Nothing here ever holds a token, a password, a person's name or a full link: a presigned link is a key to the data,
so only its host is named.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from models.errors import OpenCapServerError

WEB_APP = "https://app.opencap.ai"
_BY_HAND = (
    f"or download the session by hand at {WEB_APP} (session menu, Download) and give the zip to `run` or to the app."
)


class AccessDeniedError(OpenCapServerError):
    """The server wants a login, or does not accept the token."""


class ArchiveUnavailableError(OpenCapServerError):
    """The server does not deliver the session as one zip; its files may still be had one by one."""


class UnusableFileError(OpenCapServerError):
    """A stored file is gone, refused, or is not what it should be."""


def host_of(url: str) -> str:
    """Host of a link, the only part of a presigned link that may be shown."""
    return urlsplit(url).hostname or "unknown host"


def bad_session_id(given: str) -> OpenCapServerError:
    """The text is not a session identifier; it is shown only as far as an identifier is long."""
    return OpenCapServerError(
        f"{given[:36]!r} is not an OpenCap session id.",
        hint="Accepted: a UUID such as 01234567-89ab-4cde-8f01-23456789abcd; it is the last part of the session's "
        f"address in {WEB_APP}.",
    )


def bad_base_url(reason: str) -> OpenCapServerError:
    """The server address cannot be used."""
    return OpenCapServerError(
        f"The address of the OpenCap server cannot be used: {reason}.",
        hint="Accepted: https://HOST/ without user name, query or fragment (http only for localhost); "
        "the public server is https://api.opencap.ai/.",
    )


def insecure_link(url: str) -> OpenCapServerError:
    """A link or a redirect would leave https."""
    return OpenCapServerError(
        f"The server points to {host_of(url)} without https; nothing was fetched from there.",
        hint="Recordings of people are only fetched over https. Try again later; on the command line check --base-url.",
    )


def bad_token() -> OpenCapServerError:
    """The token has characters no token has (and must not be shown)."""
    return OpenCapServerError(
        "The OpenCap token holds spaces, line breaks or other characters that no token has.",
        hint="Set OPENCAP_API_TOKEN (or API_TOKEN) to the bare token, without quotes and without the word Token.",
    )


def token_needed(what: str) -> AccessDeniedError:
    """What makes sense for a known user only."""
    return AccessDeniedError(
        f"{what} needs a login.",
        hint="Set OPENCAP_API_TOKEN (or API_TOKEN), or log in with user name and password.",
    )


def login_refused(status: int) -> AccessDeniedError:
    """Login did not give a token; the server answers 500 to a wrong password, so the two cannot be told apart."""
    also = " (the server also answers this to a wrong user name or password)" if status >= 500 else ""
    return AccessDeniedError(
        f"The OpenCap server did not accept the login: status {status}{also}.",
        hint=f"Check user name and password at {WEB_APP}; after several failed attempts wait some minutes.",
    )


def for_status(status: int, what: str, *, with_token: bool, code_sent: bool = False) -> OpenCapServerError:
    """The error that belongs to a refusing answer of the API."""
    mail = (
        f" This login asked for a code by e-mail: enter it at {WEB_APP}, tick 'remember this device', then try again."
        if code_sent
        else ""
    )
    if status in (401, 403):
        message, hint = (
            (
                f"The OpenCap server does not accept the token for {what} (status {status}).",
                "Log in again, or correct or unset OPENCAP_API_TOKEN and API_TOKEN.",
            )
            if with_token
            else (
                f"{what[:1].upper()}{what[1:]} is not public: the OpenCap server asks for a login (status {status}).",
                "Log in with user name and password, or set OPENCAP_API_TOKEN (or API_TOKEN).",
            )
        )
        return AccessDeniedError(message, hint=hint + mail)
    if status == 404:
        whose = "does not belong to this account" if with_token else "is not public"
        return OpenCapServerError(
            f"The OpenCap server does not find {what}, or it {whose} (status 404).",
            hint=f"Compare the id with the address in {WEB_APP}; a private session needs the login of its owner.{mail}",
        )
    if status == 429:
        return OpenCapServerError(
            f"The OpenCap server is asked too often (status 429, {what}).",
            hint="Wait some minutes and try again; do not run several downloads at once.",
        )
    if status >= 500:
        return OpenCapServerError(
            f"The OpenCap server failed at {what}, also when asked again (status {status}).",
            hint=f"Try again later, {_BY_HAND}",
        )
    return OpenCapServerError(
        f"The OpenCap server answered {what} with the unexpected status {status}.",
        hint="Check the session id; on the command line also --base-url (the public server is https://api.opencap.ai/).",
    )


def asked_to_wait(status: int, wait_s: float, what: str) -> OpenCapServerError:
    """The server names a pause longer than anybody sits through."""
    return OpenCapServerError(
        f"The OpenCap server asks to wait {wait_s / 60:.0f} minutes before {what} (status {status}).",
        hint=f"Try again after that time, {_BY_HAND}",
    )


def no_connection(url: str, kind: str) -> OpenCapServerError:
    """No answer at all."""
    return OpenCapServerError(
        f"No connection to {host_of(url)} ({kind}), also when tried again.",
        hint="Check the network, the firewall and the proxy (HTTPS_PROXY); everything but `download` works offline.",
    )


def no_trust(url: str) -> OpenCapServerError:
    """The certificate is not trusted; asking again changes nothing."""
    return OpenCapServerError(
        f"The certificate of {host_of(url)} is not trusted, so nothing was sent.",
        hint="In a network that inspects https, set REQUESTS_CA_BUNDLE to its certificate file; ask your IT.",
    )


def too_many_redirects(url: str) -> OpenCapServerError:
    """The server sends the client in circles, or redirects what must not be redirected."""
    return OpenCapServerError(
        f"{host_of(url)} redirects where no redirect is followed.",
        hint="A login page of the network or a proxy often is the cause. On the command line check --base-url, too; "
        "the public server is https://api.opencap.ai/.",
    )


def not_json(what: str) -> OpenCapServerError:
    """A web page or garbage where JSON belongs."""
    return OpenCapServerError(
        f"The answer to {what} is not JSON.",
        hint=f"A login page of the network or a proxy often is the cause. On the command line check --base-url, "
        f"too: it must be the API (https://api.opencap.ai/), not the web app ({WEB_APP}).",
    )


def unexpected_answer(what: str, fields: str) -> OpenCapServerError:
    """JSON of another shape; field names only, never their values."""
    return OpenCapServerError(
        f"The answer to {what} has not the expected shape (fields: {fields}).",
        hint=f"The server may have changed: update Sarcoscope, {_BY_HAND}",
    )


def archive_not_ready(waited_s: float) -> ArchiveUnavailableError:
    """The server is still packing (or has given up without saying so)."""
    return ArchiveUnavailableError(
        f"The server has not finished the session's zip after {waited_s:.0f} s.",
        hint=f"Try again later: large sessions take many minutes (on the command line --wait-s waits longer), "
        f"{_BY_HAND}",
    )


def link_refused(url: str, status: int) -> UnusableFileError:
    """New links are refused as well."""
    return UnusableFileError(
        f"The storage at {host_of(url)} refuses the file (status {status}), also with a new link.",
        hint=f"Check that the clock of this computer is right and try again, {_BY_HAND}",
    )


def truncated(done_bytes: int, total_bytes: int | None) -> OpenCapServerError:
    """The connection breaks again and again without getting further."""
    of = "an unknown number of" if total_bytes is None else f"{total_bytes}"
    return OpenCapServerError(
        f"The download broke off at {done_bytes} of {of} bytes, also when resumed; nothing was kept.",
        hint=f"Try again on a steadier connection, {_BY_HAND}",
    )


def wrong_content(url: str, found: str, wanted: str) -> UnusableFileError:
    """Delivered in full, and something else."""
    return UnusableFileError(
        f"{host_of(url)} delivered {found} where {wanted} was expected; it was not kept.",
        hint=f"A login page of the network or a proxy often is the cause: open {WEB_APP} in a browser, then try again.",
    )


def damaged_archive(detail: str) -> ArchiveUnavailableError:
    """Complete in size, but no readable zip."""
    return ArchiveUnavailableError(
        f"The session's zip is damaged ({detail}); it was not kept.", hint=f"Try again, {_BY_HAND}"
    )


def disk_full(needed_bytes: int, free_bytes: int) -> OpenCapServerError:
    """Said before the download, not after the last free byte."""
    return OpenCapServerError(
        f"The download needs {needed_bytes / 1e9:.2f} GB, the disk has {free_bytes / 1e9:.2f} GB free.",
        hint="Free some space; on the command line --out may name another folder.",
    )


def already_there(name: str) -> OpenCapServerError:
    """Never write into a folder that may hold somebody's results."""
    return OpenCapServerError(
        f"The folder {name} exists already; nothing was changed in it.",
        hint="Move or delete it; on the command line --out may name another folder.",
    )


def nothing_ready(trial_states: dict[str, int]) -> OpenCapServerError:
    """The session exists, its results don't."""
    states = ", ".join(f"{count} {state}" for state, count in sorted(trial_states.items())) or "no trials at all"
    return OpenCapServerError(
        f"The session has no processed trial yet ({states}).",
        hint=f"Wait until {WEB_APP} shows the trials as done, or process the session there again.",
    )


def withdrawn(tag: str) -> UnusableFileError:
    """It was listed a moment ago; the trial is being processed again."""
    return UnusableFileError(
        f"The server has withdrawn the {tag} of a trial.", hint="The trial may be in processing: try again later."
    )


def nothing_usable(trial_count: int) -> OpenCapServerError:
    """Trials are listed, and not one of their files can be had."""
    return OpenCapServerError(
        f"Not one marker or angle file of the session's {trial_count} trials can be downloaded.",
        hint=f"Open the session in {WEB_APP}; if its trials are shown there, try again later.",
    )
