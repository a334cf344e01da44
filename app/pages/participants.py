"""Participants: being built."""

import streamlit as st

from app.language import _

st.title(_("Participants"))
