"""Model: how the generic model was scaled to the person, how sure that is, and how well it fits the markers."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath

import streamlit as st

from app import address
from app.current import Result, result
from app.language import _, _result, words
from app.layout import result_header
from app.model_view.factor_view import draw_factors
from app.model_view.marker_view import draw_markers, draw_trials
from app.model_view.search_view import draw_search
from app.text import plain
from assessment.presentation import time_text
from assessment.settings_words import settings_in_words
from assessment.summary import ModelRecord, TrialRecord

# The beginning tells two files apart; the whole stands in summary.json.
SHOWN_OF_HASH = 16


def main() -> None:
    """Draw the page."""
    st.title(_("Model"))
    found = result()
    result_header(found.run, found.summary)
    if not found.summary.models:
        st.info(_("These results keep no model."), icon=":material/info:")
        return
    model = _choose(found)
    trials = _trials(found, model)
    _facts(model)
    draw_factors(model)
    draw_markers(found, model, trials)
    draw_trials(trials)
    draw_search(model)
    _provenance(found)


def _choose(found: Result) -> ModelRecord:
    """One model for all trials where there is a static one, else one each."""
    models = {_name(model): model for model in found.summary.models}
    if len(models) == 1:
        return found.summary.models[0]
    names = list(models)
    wanted = address.name_of(address.get("model"), names)
    chosen = st.selectbox(_("Model of the trial"), names, index=names.index(wanted) if wanted in names else 0)
    address.put(model=address.number_of(chosen, names))
    return models[chosen]


def _name(model: ModelRecord) -> str:
    return model.scaled_on[0] if model.scaled_on else PurePosixPath(model.file).parent.name


def _trials(found: Result, model: ModelRecord) -> list[TrialRecord]:
    """Trials that were solved with a model."""
    if len(found.summary.models) == 1:
        return found.summary.trials
    return [trial for trial in found.summary.trials if trial.name == _name(model)]


def _facts(model: ModelRecord) -> None:
    scaler = {
        "rl": _("search with a learned policy"),
        "optimiser": _("search by least squares"),
        "measurement": _("distances between markers"),
    }.get(model.scaler, model.scaler)
    masses = {"f": _("as women's on average"), "m": _("as men's on average"), "model": _("as in the generic model")}
    facts = [
        (_("Scaled by"), scaler + (f" ({model.policy})" if model.policy else "")),
        (_("Scaled on"), ", ".join(model.scaled_on)),
        (_("Mass"), f"{model.mass_kg:.1f} kg"),
        (_("Mass of the segments"), masses[model.mass_distribution]),
    ]
    st.markdown("  \n".join(f"**{name}:** {plain(text)}" for name, text in facts if text))
    for note in model.notes:
        st.caption(":material/info: " + plain(_result(note)))


def _provenance(found: Result) -> None:
    st.subheader(_("Provenance"))
    of = found.summary.provenance
    facts = {
        _("Computed"): time_text(datetime.fromisoformat(of.created)),
        "Sarcoscope": of.sarcoscope_version,
        "OpenSim": of.opensim_version,
        "Python": of.python_version,
        _("Generic model (SHA-256)"): of.generic_model_sha256[:SHOWN_OF_HASH],
        _("Published criteria (SHA-256)"): of.criteria_sha256[:SHOWN_OF_HASH],
    } | dict(settings_in_words(of.settings, words()))
    columns = {_("What"): [plain(name) for name in facts], _("Value"): [plain(text) for text in facts.values()]}
    st.table(columns, border="horizontal")
    with st.expander(_("Recordings that went in (SHA-256)")):
        for name, sha256 in of.input_sha256.items():
            st.caption(f"{plain(name)} · `{sha256[:SHOWN_OF_HASH]}`")


main()
