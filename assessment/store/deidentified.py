"""Results of many participants without what identifies a person, as one file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection
from pathlib import Path

from assessment.exports import export_archive
from assessment.exports.deidentify import new_identity
from assessment.store import audit, runs, visits
from assessment.store.database import UserStore
from assessment.store.private import written_whole
from assessment.store.transfer import participant_ids


def export_deidentified(mine: UserStore, out: Path, study_codes: Collection[str] = ()) -> int:
    """Write the newest results of every visit; visits of one person share a random code. Returns how many results.

    Parameters
    ----------
    mine : UserStore
    out : Path
        Must not be there.
    study_codes : collection of str
        Empty: all.

    Raises
    ------
    StoreError
        As for `assessment.store.transfer.export`.
    """
    # In an order of their own: the one of study codes would tell who is who.
    people = {new_identity(): one for one in participant_ids(mine, study_codes)}
    count = 0
    with written_whole(out) as unfinished, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for identity, participant_id in sorted(people.items()):
            for number, run in enumerate(runs.results_of(mine, participant_id), start=1):
                audit.record(mine, "exported", "run", run.id)
                session = export_archive(
                    runs.folder(mine, run.id), runs.summary(mine, run.id), visits.get(mine, run.visit_id).details,
                    deidentified=True, identity=identity,
                )  # fmt: skip
                with zipfile.ZipFile(io.BytesIO(session)) as parts:
                    for part in parts.infolist():
                        data = parts.read(part)
                        part.filename = f"{identity}/visit {number}/{part.filename}"
                        archive.writestr(part, data)
                count += 1
    return count
