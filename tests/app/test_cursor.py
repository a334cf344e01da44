"""The moment that the 3-D page was left at."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _said(query: str | None = None, leave: bool = False) -> list[str]:
    def page(leave: bool) -> None:
        import streamlit as st

        from app import address, cursor

        address.restore()
        if leave:
            cursor.leave("walk", 1.504)
        st.text(f"{cursor.left_at('walk')} {cursor.left_at('5xSTS')} {st.query_params.get('t')}")

    app = AppTest.from_function(page, kwargs={"leave": leave})
    if query is not None:
        app.query_params["t"] = query
    app.run()
    assert not app.exception
    return str(app.text[0].value).split()


def test_a_moment_left_in_one_trial_is_none_of_another() -> None:
    assert _said(leave=True) == ["1.5", "None", "None"]


def test_an_address_that_was_handed_on_holds_for_the_trial_that_is_opened() -> None:
    assert _said("2.25") == ["2.25", "2.25", "2.25"]


def test_what_is_no_time_counts_as_none() -> None:
    for text in ("soon", "nan", "inf"):
        assert _said(text) == ["None", "None", "None"]
