"""Pictures of pages for docs/screens: the whole page, in few colours, so that the repository stays light."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
PAGES = (
    "participants", "new_assessment", "runs", "summary", "curves", "skeleton", "model", "report", "cohort", "settings",
)  # fmt: skip
# The page that an address without a name means.
PATHS = {"new_assessment": ""}
TALLEST_PX = 2400
COLOURS = 128
# Charts, the PDF and the figure are drawn after the page's script has ended.
DRAWN_AFTER_MS = 3000


def take(page: Page, name: str) -> Path:
    """Save a picture of the page as a reader sees it who scrolls down."""
    page.wait_for_timeout(DRAWN_AFTER_MS)
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(max(size["height"], height), TALLEST_PX)})
    page.wait_for_timeout(DRAWN_AFTER_MS // 2)
    picture = Image.open(io.BytesIO(page.screenshot()))
    page.set_viewport_size(size)
    SCREENS.mkdir(parents=True, exist_ok=True)
    path = SCREENS / f"{name}.png"
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    return path
