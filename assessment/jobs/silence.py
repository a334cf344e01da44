"""Runs whose processes are gone: told by signs of life that stopped, on the watcher's own clock.

Times of two machines, or of one before and after its clock was set, are not compared; and a machine that slept is not
taken for dead: the clock that counts here stands still meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from assessment.jobs import table
from assessment.store.database import Store

# Signs of life come every second; a machine that swaps may be late by many.
SILENT_AFTER_S = 60.0


@dataclass
class Silence:
    """Watches signs of life.

    Attributes
    ----------
    after_s : float
        How long a run may show none.
    """

    after_s: float = SILENT_AFTER_S
    _watched: dict[str, tuple[datetime | None, float]] = field(default_factory=dict)

    def close(self, store: Store, *, alive: Collection[str] = ()) -> None:
        """Close runs that were silent for too long while this watched.

        Parameters
        ----------
        store : Store
        alive : collection of str
            Runs whose processes are known to live: they may be kept from writing by a full disk.

        Raises
        ------
        StoreError
            The store cannot be read or written.
        """
        at = time.monotonic()
        watched = {}
        for run_id, sign in table.signs_of_life(store).items():
            # A sign is compared with the one before, never with a time.
            before, since = self._watched.get(run_id, (sign, at))
            watched[run_id] = (sign, since if before == sign else at)
        self._watched = watched
        for run_id, (_, since) in watched.items():
            if at - since > self.after_s and run_id not in alive:
                table.end_without_results(store, run_id, table.DIED)
