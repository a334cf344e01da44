"""Looking at one page of the app on a store of the test's own, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from assessment.store import UserStore, open_store
from assessment.store.database import HOME_VARIABLE
from assessment.store.engine import URL_VARIABLE

APP = Path(__file__).parents[2] / "streamlit_app.py"
TIME_LIMIT_S = 60
Look = Callable[..., AppTest]


def own_store(home: Path, monkeypatch: pytest.MonkeyPatch) -> UserStore:
    """The store that the app will open, and its local user."""
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    st.cache_resource.clear()
    st.cache_data.clear()
    return open_store().for_local_user()


def look(page: str, **address: str) -> AppTest:
    """Open a page at an address."""
    app = AppTest.from_file(str(APP), default_timeout=TIME_LIMIT_S)
    for key, value in address.items():
        app.query_params[key] = value
    app.run()
    app.switch_page(f"app/pages/{page}.py").run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    """All that the page says, tables included."""
    kinds = (app.markdown, app.caption, app.error, app.warning, app.info, app.success, app.subheader, app.title)
    said = [str(element.value) for kind in kinds for element in kind]
    said += [str(expander.label) for expander in app.expander] + [str(tab.label) for tab in app.tabs]
    return "\n".join([*said, *(table.value.to_csv() for table in (*app.table, *app.dataframe))])
