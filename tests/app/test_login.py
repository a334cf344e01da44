"""Logging in and out in a real browser, at a small identity provider of our own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.text import plain
from assessment.store import open_store, participants
from benchmarks.browser import CHROMIUM, chromium, free_port, serving
from tests.app.identity_provider import CLIENT_ID, Provider, identity_provider

TIME_LIMIT_MS = 60_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@dataclass(frozen=True)
class Served:
    """An app with logins."""

    address: str
    provider: Provider
    home: Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    address = f"http://localhost:{port}"
    with identity_provider() as provider:
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(
            f'[auth]\nredirect_uri = "{address}/oauth2callback"\ncookie_secret = "a secret for this test alone"\n'
            f'client_id = "{CLIENT_ID}"\nclient_secret = "x"\n'
            f'server_metadata_url = "{provider.issuer}/.well-known/openid-configuration"\n'
            '[sarcoscope]\nrole_claim = "realm_access.roles"\n'
        )
        with serving(tmp_path / "home", port, options=("--secrets.files", str(secrets))):
            yield Served(address, provider, tmp_path / "home")


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(TIME_LIMIT_MS)
        yield page


def test_log_in_work_log_out_and_somebody_else_comes(served: Served, page: Page) -> None:
    served.provider.claims = {"sub": "1", "email": "ada@clinic.example", "realm_access": {"roles": ["clinician"]}}
    page.goto(f"{served.address}/participants")
    page.get_by_role("button", name="Log in").click()
    page.get_by_text(plain("ada@clinic.example")).wait_for()

    page.get_by_role("link", name="Participants").click()
    page.get_by_role("textbox", name="Study code", exact=True).fill("A-001")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("heading", name="A-001").wait_for()
    address_of_ada = page.url
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in").wait_for()
    assert served.provider.logouts == 1

    # An address that was handed on opens nothing: first for nobody, then for somebody else.
    page.goto(address_of_ada)
    page.get_by_role("button", name="Log in").wait_for()
    expect(page.get_by_text("A-001")).to_have_count(0)
    served.provider.claims = {"sub": "2", "email": "ben@clinic.example", "realm_access": {"roles": ["clinician"]}}
    page.get_by_role("button", name="Log in").click()
    page.get_by_text(plain("ben@clinic.example")).wait_for()
    page.goto(address_of_ada)
    page.get_by_text("There is no such participant").wait_for()
    expect(page.get_by_text("A-001")).to_have_count(0)

    kept = open_store(served.home)
    assert participants.find(kept.for_local_user()) == []


def test_an_account_without_a_role_comes_no_further(served: Served, page: Page) -> None:
    served.provider.claims = {"sub": "3", "email": "eve@clinic.example", "realm_access": {"roles": ["nurse"]}}
    page.goto(served.address)
    page.get_by_role("button", name="Log in").click()
    page.get_by_text("Ask the administrator").wait_for()
    expect(page.get_by_role("link", name="Participants")).to_have_count(0)
    page.get_by_role("button", name="Log out").wait_for()
