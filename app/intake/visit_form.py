"""What else a visit and its run are told: the visit's header, clinical values, settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from app.intake.rows import in_rows
from app.language import _
from assessment.criteria.definitions import quantities
from assessment.summary import ClinicalMeasures
from assessment.visit import VisitDetails
from models.policy_folders import policy_names
from pipeline.settings import CUTOFF_RANGE_HZ, DEFAULT_SCALER, LOAD_LIMIT_KG, SEAT_HEIGHT_RANGE_M, Settings

# A tape measure's reach in a corridor.
_WALK_RANGE_M = (1.0, 400.0)
# No session is older: OpenCap was published in 2021, laboratories digitise what they had before.
_EARLIEST = date(2000, 1, 1)
Told = dict[str, object]
"""Fields of `VisitDetails` or `Settings`."""


def ask_equipment(places: Sequence[Any], before: Settings | None, seat_height_m: float | None, key: str) -> Told:
    """Ask for what no recording shows: the height of the seat and the mass of the object."""
    seat, load = places
    return {
        "seat_height_m": seat.number_input(
            _("Seat height [m]"), *SEAT_HEIGHT_RANGE_M, value=seat_height_m if before is None else before.seat_height_m,
            step=0.01, key=f"seat_height_m-{key}", placeholder=_("for sit-to-stand"), persist_state="session",
            help=_("From the floor to the front edge of the seat; the power of rising needs it."),
        ),
        "load_kg": load.number_input(
            _("Object [kg]"), 0.1, LOAD_LIMIT_KG, value=None if before is None else before.load_kg, step=0.1,
            key=f"load_kg-{key}", placeholder=_("for picking up"), persist_state="session",
            help=_("Mass of the object that pick-up trials lift; moments after the grasp need it."),
        ),
    }  # fmt: skip


def ask_date(place: Any, before: VisitDetails | None, key: str, label: str) -> date:
    """Ask for the date of the visit; today is a proposal."""
    today = date.today()
    proposal = today if before is None or before.visit_date is None else before.visit_date
    found = place.date_input(label, proposal, _EARLIEST, today, key=f"visit_date-{key}", format="YYYY-MM-DD")
    return found if isinstance(found, date) else proposal


def ask_details(before: VisitDetails | None, key: str) -> Told:
    """Ask for the header of the visit; everything may be left open."""
    known = before or VisitDetails(study_code="-")
    with st.expander(_("About the visit"), icon=":material/edit_note:"):
        st.caption(_("Stands at the head of the report. Everything may be left open; no names, please."))
        places = iter(in_rows(2, 8))

        def text(field: str, label: str, value: str, help_text: str | None = None) -> str:
            found: str = next(places).text_input(
                label, value, key=f"{field}-{key}", help=help_text, autocomplete="off", persist_state="session"
            )
            return found.strip()

        arms = {None: _("not noted"), True: _("with arms"), False: _("without arms")}
        details: Told = {
            "site": text("site", _("Site"), known.site),
            "operator": text("operator", _("Operator"), known.operator, _("A role or code.")),
            "footwear": text("footwear", _("Footwear"), known.footwear),
            "walking_aid": text("walking_aid", _("Walking aid"), known.walking_aid),
            "pain": text("pain", _("Pain"), known.pain),
            "history": text("history", _("Falls and medication"), known.history),
            "chair_has_arms": next(places).selectbox(
                _("Chair"), list(arms), index=list(arms).index(known.chair_has_arms), format_func=arms.__getitem__,
                key=f"chair_has_arms-{key}", persist_state="session",
            ),
            "walk_length_m": next(places).number_input(
                _("Length of the walk [m]"), *_WALK_RANGE_M, value=known.walk_length_m, step=1.0,
                key=f"walk_length_m-{key}", placeholder=_("not noted"), persist_state="session",
            ),
            "referral_question": st.text_area(
                _("Referral question"), known.referral_question, key=f"referral_question-{key}", height=80,
                persist_state="session",
            ).strip(),
        }  # fmt: skip
    return details


def ask_clinical(before: ClinicalMeasures | None, key: str) -> ClinicalMeasures:
    """Ask for what was measured by hand or asked."""
    known = before or ClinicalMeasures()
    with st.expander(_("Clinical values"), icon=":material/stethoscope:"):
        st.caption(_("Measured by hand or asked; published criteria use them beside the movement."))
        columns = st.columns(5)

        def number(place: Any, field: str, label: str, step: float, help_text: str) -> float | None:
            accepted = quantities()[field]
            found: float | None = place.number_input(
                label, float(accepted.minimum), float(accepted.maximum), value=getattr(known, field), step=step,
                key=f"{field}-{key}", help=help_text, persist_state="session",
            )  # fmt: skip
            return found

        methods = {None: _("open"), "bia": _("bioimpedance (BIA)"), "dxa": _("X-ray (DXA)")}
        sarc_f = columns[4].number_input(
            _("SARC-F [points]"), 0, 10, value=known.sarc_f, step=1, key=f"sarc_f-{key}", persist_state="session"
        )
        return ClinicalMeasures(
            grip_kg=number(columns[0], "grip_kg", _("Grip strength [kg]"), 0.1, _("The best value of both hands.")),
            asm_kg=number(
                columns[1], "asm_kg", _("Muscle mass of arms and legs [kg]"), 0.1, _("Not divided by height or mass.")
            ),
            asm_method=columns[2].selectbox(
                _("Measured by"), list(methods), index=list(methods).index(known.asm_method),
                format_func=methods.__getitem__, key=f"asm_method-{key}", help=_("The cut-offs differ."),
                persist_state="session",
            ),
            calf_cm=number(columns[3], "calf_cm", _("Calf [cm]"), 0.5, _("The largest circumference.")),
            sarc_f=sarc_f,
        )  # fmt: skip


def ask_settings(before: Settings | None, key: str) -> Told:
    """Ask for what most visits leave as it is."""
    known = before or Settings()
    forces = {
        "auto": _("plates where there are any, else estimated"),
        "measured": _("force plates only"),
        "estimated": _("always estimated"),
    }
    scalers = {
        "optimiser": _("optimiser"),
        "measurement": _("distances between markers"),
        "rl": _("learned policy (reinforcement learning)"),
    }
    with st.expander(_("Settings of the run"), icon=":material/tune:"):
        left, middle, right = st.columns(3)
        scaler = middle.selectbox(
            _("How the model is scaled"),
            list(scalers),
            index=list(scalers).index(known.scaler),
            format_func=lambda name: f"{scalers[name]} · {_('as usual')}" if name == DEFAULT_SCALER else scalers[name],
            key=f"scaler-{key}",
            persist_state="session",
        )
        settings: Told = {
            "forces": left.selectbox(
                _("Contact forces"),
                list(forces),
                index=list(forces).index(known.forces),
                format_func=lambda name: f"{forces[name]} · {_('as usual')}" if name == "auto" else forces[name],
                key=f"forces-{key}",
                persist_state="session",
            ),
            "scaler": scaler,
            "cutoff_hz": right.number_input(
                _("Low-pass cut-off [Hz]"),
                *CUTOFF_RANGE_HZ,
                value=known.cutoff_hz,
                step=0.5,
                key=f"cutoff_hz-{key}",
                placeholder=_("found for each trial"),
                persist_state="session",
                help=_("Empty: found for each trial from its own noise, which is as usual."),
            ),
        }
        if scaler == "rl":
            names = policy_names()
            settings["policy"] = middle.selectbox(
                _("Policy"),
                [None, *names],
                index=[None, *names].index(known.policy) if known.policy in names else 0,
                format_func=lambda name: _("by age · as usual") if name is None else name,
                key=f"policy-{key}",
                persist_state="session",
            )
    return settings  # fmt: skip
