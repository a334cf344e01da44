"""The 3-D viewer in a real headless Chromium: it plays, obeys keys, mouse and curve, and asks nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.browser import CHROMIUM, chromium, serving
from benchmarks.viewer.__main__ import PAGE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("home"), script=PAGE) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def still(browser: Browser, address: str) -> Iterator[Page]:
    """The viewer as someone sees it who wants no motion: it waits."""
    page = browser.new_page(reduced_motion="reduce")
    page.set_default_timeout(60_000)
    page.goto(address)
    time(page).wait_for()
    yield page
    page.close()


def time(page: Page) -> Locator:
    """The slider; its value is the frame."""
    return page.get_by_role("slider", name="Time")


def test_it_plays_by_itself_and_pauses(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(60_000)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(address)
    page.wait_for_function("document.querySelector('[data-testid=stBidiComponentIsolated]')?.shadowRoot"
                           "?.querySelector('.viewer')?.viewer?.drawn > 20")  # fmt: skip
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    at = time(page).input_value()
    assert int(at) > 0
    # Python hears where it stands; pages find it in the address.
    expect(page).to_have_url(re.compile(r"[?&]t=\d+\.\d\d"))
    expect(time(page)).to_have_value(at)
    assert hosts - {"", urlsplit(address).netloc} == set(), "the viewer asks nobody else for anything"
    page.close()


def test_the_keyboard_moves_time_and_view(still: Page) -> None:
    # Whoever wants less motion starts it themselves.
    expect(time(still)).to_have_value("0")
    figure = still.get_by_role("img", name="Moving figure")
    figure.focus()
    for key, expected in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 599), ("Home", 0)):
        figure.press(key)
        expect(time(still)).to_have_value(str(expected))
    figure.press("3")
    expect(still.get_by_role("button", name="Right", exact=True)).to_have_attribute("aria-pressed", "true")
    figure.press("Shift+ArrowLeft")
    expect(still.get_by_role("button", name="Right", exact=True)).to_have_attribute("aria-pressed", "false")
    figure.press(" ")
    expect(still.get_by_role("button", name="Pause")).to_be_visible()
    figure.press(" ")
    # What was done is said once it stands still, in words.
    expect(still.locator("[aria-live=polite]")).to_contain_text(re.compile(r"[\d.]+ s of 19.97 s.*right \d+°"))


def test_the_curve_leads_and_follows(still: Page) -> None:
    curve = still.get_by_role("img", name="Hip flexion, right and left over time")
    box = curve.bounding_box()
    assert box is not None
    curve.click(position={"x": 44 + (box["width"] - 52) / 2, "y": 40})
    expect(time(still)).to_have_value(re.compile("^(299|300|301)$"))
    at = int(time(still).input_value())
    time(still).press("ArrowRight")
    expect(time(still)).to_have_value(str(at + 1))
    still.get_by_label("Curve", exact=True).select_option(label="Hip extension moment [Nm/kg]")
    expect(still.get_by_text("Nm/kg").last).to_be_visible()


def test_mouse_and_buttons_turn_the_figure(still: Page) -> None:
    figure = still.get_by_role("img", name="Moving figure")
    oblique = still.get_by_role("button", name="Oblique")
    expect(oblique).to_have_attribute("aria-pressed", "true")
    before = figure.screenshot()
    box = figure.bounding_box()
    assert box is not None
    still.mouse.move(box["x"] + 200, box["y"] + 200)
    still.mouse.down()
    still.mouse.move(box["x"] + 300, box["y"] + 210)
    still.mouse.up()
    expect(oblique).to_have_attribute("aria-pressed", "false")
    assert figure.screenshot() != before
    for name in ("Markers", "Unscaled model", "Follow"):
        switch = still.get_by_role("button", name=name)
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", "true")
