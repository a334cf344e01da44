"""Who saw, changed or exported what; for those who may know."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import streamlit as st

from app.current import mine
from app.language import _, _result, plural
from assessment.store import audit
from assessment.store.tables import AuditEntry

SHOWN = 1000


def show_audit_log() -> None:
    """The newest entries, filtered, and their export."""
    st.subheader(_("Audit log"))
    st.caption(
        _("Who saw, changed, exported or deleted what, of all users; by ids that say nothing, never by study code.")
    )
    columns = st.columns(3)
    actions = columns[0].multiselect(
        _("Action"), get_args(audit.Action), format_func=_result, placeholder=_("all"), key="audit-actions"
    )
    kinds = columns[1].multiselect(
        _("Kind"), get_args(audit.Kind), format_func=_result, placeholder=_("all"), key="audit-kinds"
    )
    text = columns[2].text_input(_("User or id"), key="audit-text", icon=":material/search:")
    found = audit.entries(mine(), actions=actions, kinds=kinds, text=text, limit=SHOWN)
    if not found:
        st.info(_("No entry matches. Widen the filters."))
        return
    st.caption(
        plural("{n} entry, the newest first", "{n} entries, the newest first", len(found))
        + (" " + _("(older ones are in the export)") if len(found) == SHOWN else "")
    )
    table = _table(found)
    st.dataframe(
        table.assign(action=table["action"].map(_result), kind=table["kind"].map(_result)).rename(
            columns={
                "at": _("Time (UTC)"),
                "user": _("User"),
                "action": _("Action"),
                "kind": _("Kind"),
                "id": _("Id"),
            }
        ),
        hide_index=True,
        key="audit-table",
    )

    def made() -> bytes:
        audit.record(user, "exported", "store", "audit log")
        return _table(audit.entries(user, actions=actions, kinds=kinds, text=text)).to_csv(index=False).encode()

    user = mine()
    st.download_button(
        _("Export as CSV"), made, "sarcoscope_audit_log.csv", "text/csv", icon=":material/download:", key="audit-csv"
    )


def _table(found: list[AuditEntry]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at": [entry.at.strftime("%Y-%m-%d %H:%M:%S") for entry in found],
            "user": [entry.user_label for entry in found],
            "action": [entry.action for entry in found],
            "kind": [entry.kind for entry in found],
            "id": [entry.object_id for entry in found],
        }
    )
