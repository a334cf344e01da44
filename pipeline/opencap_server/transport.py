"""Requests that survive bad networks and never carry the token anywhere but to the API.

urllib3's own ``Retry`` cannot be used for the whole of it: it neither resumes bodies nor lets a test replace the
clock, and redirects are followed here one by one to check each target.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from pydantic import SecretStr
from requests.auth import AuthBase
from urllib3.exceptions import InvalidHeader
from urllib3.util.retry import Retry

from pipeline.opencap_server import faults
from pipeline.opencap_server.addresses import checked_base_url, is_local, is_safe, origin

ATTEMPTS = 5
"""How often something is tried before it counts as failed."""
FIRST_DELAY_S = 1.0
"""Pause before the second attempt; it doubles with every further one."""
LONGEST_RETRY_AFTER_S = 120.0
"""A longer Retry-After is reported to the user instead of sat out."""
# (to connect, between two bytes) [s]
_TIMEOUT_S = (15.0, 60.0)
_MAX_REDIRECTS = 5
# In a hook of the HTTP library, a token is at most this: printable ASCII without spaces.
_TOKEN_CHARACTERS = frozenset(chr(code) for code in range(0x21, 0x7F))


class _Authorization(AuthBase):
    """Puts the token on a request. Always given, even empty: otherwise requests would consult ``~/.netrc``."""

    def __init__(self, token: SecretStr | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Token {self._token.get_secret_value()}"
        return request


class _Form(AuthBase):
    """Writes a form with secrets into the body at the last moment, so that no stack frame holds them in the open."""

    def __init__(self, fields: Mapping[str, SecretStr]) -> None:
        self._fields = fields

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.prepare_body({key: value.get_secret_value() for key, value in self._fields.items()}, None)
        return request


def delay_s(attempt: int) -> float:
    """Pause after the given failed attempt (from 0) [s]."""
    return float(FIRST_DELAY_S * 2**attempt)


class Transport:
    """HTTP to one API and to the storage it links to.

    Parameters
    ----------
    base_url : str
        https, but for localhost.
    token : SecretStr or None
    now, sleep : callables
        Clock [s] and pause, replaceable in tests.

    Raises
    ------
    OpenCapServerError
        The address or the token cannot be one.
    """

    def __init__(
        self,
        base_url: str,
        token: SecretStr | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = checked_base_url(base_url)
        self.now = now
        self.sleep = sleep
        self.code_sent = False
        self._token: SecretStr | None = None
        if token is not None:
            self.use_token(token)
        self._http = requests.Session()
        self._http.headers["User-Agent"] = "Sarcoscope"
        # The server's login sets a session cookie: a second key that nobody asked for.
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    @property
    def has_token(self) -> bool:
        """Whether requests to the API are made as a known user."""
        return self._token is not None

    def use_token(self, token: SecretStr) -> None:
        """Send this token with every request to the API from now on."""
        bare = SecretStr(token.get_secret_value().strip())
        if not bare.get_secret_value() or not _TOKEN_CHARACTERS.issuperset(bare.get_secret_value()):
            raise faults.bad_token()
        self._token = bare

    def get(self, path: str, what: str) -> requests.Response:
        """A successful answer of the API to GET, as the known user if there is one.

        Raises
        ------
        OpenCapServerError
            No connection, or a status of 400 and above, after `ATTEMPTS` where asking again may help.
        """
        response = self._persistently(urljoin(self.base_url, path), what, with_token=True)
        if response.status_code >= 400:
            raise self._fault(response.status_code, what)
        return response

    def get_json(self, path: str, what: str) -> Any:
        """The JSON of a successful answer to GET."""
        return self.json(self.get(path, what), what)

    @staticmethod
    def json(response: requests.Response, what: str) -> Any:
        """The JSON of an answer.

        Raises
        ------
        OpenCapServerError
            It is something else, such as a web page.
        """
        try:
            return response.json()
        except requests.exceptions.JSONDecodeError:
            raise faults.not_json(what) from None

    def post_secrets(self, path: str, fields: Mapping[str, SecretStr]) -> requests.Response:
        """The answer to a form with secrets: sent once, never redirected (the server mails a code at every login)."""
        url = urljoin(self.base_url, path)
        response = self._send(partial(self._http.post, url, auth=_Form(fields), **_SINGLE), url)
        if response.is_redirect:
            raise faults.too_many_redirects(url)
        return response

    def open_link(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """A streamed answer of the storage behind a presigned link, which never sees the token."""
        return self._persistently(url, "the stored file", with_token=False, headers=headers, stream=True)

    def resolve(self, link: str) -> str:
        """A link as the API gives it (a development server gives it without host), safe to follow."""
        try:
            url = urljoin(self.base_url, link)
            safe = is_safe(urlsplit(url), local_allowed=is_local(self.base_url))
        except ValueError:
            raise faults.unexpected_answer("the question for a link", "url") from None
        if not safe:
            raise faults.insecure_link(url)
        return url

    def _persistently(
        self, url: str, what: str, *, with_token: bool, headers: Mapping[str, str] | None = None, stream: bool = False
    ) -> requests.Response:
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            try:
                response = self._follow(url, with_token=with_token, headers=headers, stream=stream)
            except _NoConnectionError as failure:
                if last:
                    raise failure.fault from None
                self.sleep(delay_s(attempt))
                continue
            status = response.status_code
            if status != 429 and status < 500:
                return response
            pause_s = _retry_after_s(response)
            response.close()
            if pause_s > LONGEST_RETRY_AFTER_S:
                raise faults.asked_to_wait(status, pause_s, what)
            if last:
                raise self._fault(status, what)
            self.sleep(max(pause_s, delay_s(attempt)))
        raise AssertionError("the last attempt returns or raises")

    def _follow(
        self, url: str, *, with_token: bool, headers: Mapping[str, str] | None, stream: bool
    ) -> requests.Response:
        for _ in range(_MAX_REDIRECTS):
            may_know = with_token and origin(url) == origin(self.base_url)
            auth = _Authorization(self._token if may_know else None)
            request = partial(self._http.get, url, headers=headers, auth=auth, stream=stream, **_SINGLE)
            response = self._send(request, url, may_repeat=True)
            if not response.is_redirect:
                return response
            response.close()
            url = self.resolve(urljoin(url, response.headers["Location"]))
        raise faults.too_many_redirects(url)

    def _send(
        self, request: Callable[[], requests.Response], url: str, *, may_repeat: bool = False
    ) -> requests.Response:
        # The library's exceptions hold the request with its headers, and links in their texts: they end here.
        try:
            return request()
        except requests.exceptions.SSLError:
            raise faults.no_trust(url) from None
        except requests.exceptions.RequestException as error:
            fault = faults.no_connection(url, type(error).__name__)
            raise (_NoConnectionError(fault) if may_repeat else fault) from None

    def _fault(self, status: int, what: str) -> Exception:
        return faults.for_status(status, what, with_token=self.has_token, code_sent=self.code_sent)


_SINGLE: dict[str, Any] = {"timeout": _TIMEOUT_S, "allow_redirects": False}


class _NoConnectionError(Exception):
    """No answer to one attempt."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(str(fault))
        self.fault = fault


def _retry_after_s(response: requests.Response) -> float:
    header = response.headers.get("Retry-After")
    if header is None:
        return 0.0
    try:
        return float(Retry().parse_retry_after(header))
    except InvalidHeader:
        return 0.0
