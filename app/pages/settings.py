"""Settings: how results are shown, what runs here, and who did what."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from app.current import keep_shown, mine, shown
from app.language import _, _result
from app.preferences.about import show_about
from app.preferences.audit_log import show_audit_log
from assessment.criteria import FRAMEWORKS
from assessment.criteria.definitions import framework
from assessment.language import Language
from assessment.store import may
from assessment.visit import HeightUnit, MomentUnit, Preferences

# In their own words: whoever cannot read the language of the page must find theirs.
LANGUAGES: dict[Language, str] = {"en": "English", "ko": "한국어"}


def main() -> None:
    """Draw the page."""
    st.title(_("Settings"))
    _display()
    show_about()
    if may(mine().role, "see audit"):
        show_audit_log()


def _display() -> None:
    """How this user wants results shown; every choice counts at once and changes no result."""
    now = shown()
    st.subheader(_("Display"))
    columns = st.columns(3)
    language = columns[0].radio(
        _("Language"), list(LANGUAGES), index=list(LANGUAGES).index(now.language), format_func=LANGUAGES.get,
        key="settings-language",
    )  # fmt: skip
    moments, heights = list(get_args(MomentUnit)), list(get_args(HeightUnit))
    moment_unit = columns[1].radio(
        _("Unit of moments"), moments, index=moments.index(now.moment_unit), key="settings-moment-unit",
        help=_("Nm/kg divides by body mass, %BW*height by body weight times height; Nm is the moment itself."),
    )  # fmt: skip
    height_unit = columns[2].radio(
        _("Unit of heights"), heights, index=heights.index(now.height_unit), key="settings-height-unit"
    )
    frameworks = st.multiselect(
        _("Editions of published criteria"),
        FRAMEWORKS,
        default=[one for one in now.frameworks if one in FRAMEWORKS],
        format_func=lambda key: f"{_result(framework(key).title)} ({framework(key).edition})",
        placeholder=_("all of them"),
        help=_("They are shown in the order in which you choose them. None chosen: all of them."),
        key="settings-frameworks",
    )
    new = Preferences(language=language, frameworks=tuple(frameworks), moment_unit=moment_unit, height_unit=height_unit)
    if new != now:
        keep_shown(new)
        st.rerun()


main()
