"""The people of a cohort, one assessed visit each, read one after the other so that memory holds one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.markup import escape

from assessment.cohort.layout import visit_of
from assessment.cohort.reading import is_cohort, open_cohort
from assessment.console import console, print_error
from assessment.results_folder import SUMMARY_NAME, read_summary
from assessment.summary import Summary
from models.errors import SarcoscopeError, SettingsError

COHORT_HELP = (
    "Folder of a cohort, of which each person's first visit counts; or one that holds one results folder a person"
)


class People:
    """Results of a cohort's people; those of the very same recordings count once.

    Of the folder of a cohort each participant's first visit in the manifest counts, and its ``session`` is the
    participant's code. What could not be read is printed while the others are given.

    Parameters
    ----------
    folder : Path

    Attributes
    ----------
    n : int
        How many were given so far.
    synthetic : set of bool
        Whether they were recorded, generated, or both.
    refused : bool
        Whether some could not be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.n = 0
        self.synthetic: set[bool] = set()
        self.refused = False

    def __iter__(self) -> Iterator[Summary]:
        """Read them.

        Raises
        ------
        SettingsError
            The folder holds no results that can be read, or the run of the cohort is not finished.
        """
        self.n, self.synthetic, self.refused = 0, set(), False
        seen: set[tuple[str, ...]] = set()
        for results in self._results():
            try:
                summary = read_summary(results)
            except SarcoscopeError as error:
                print_error(error)
                self.refused = True
                continue
            recordings = tuple(sorted(summary.provenance.input_sha256.values()))
            visit = visit_of(results)
            if recordings and recordings in seen:
                name = escape("/".join(visit or (results.name,)))
                console.print(f"[yellow]note:[/] {name} holds recordings seen before: counted once.")
                continue
            seen.add(recordings)
            self.n += 1
            self.synthetic.add(summary.synthetic)
            yield summary if visit is None else summary.model_copy(update={"session": visit[0]})
        if not self.n:
            raise SettingsError(
                f"There are no results that can be read in {self._folder}.",
                hint="Give the folder that was --out of `python -m assessment cohort`; or of `python -m assessment "
                "run`: it holds one results folder a person.",
            )

    def _results(self) -> list[Path]:
        if not is_cohort(self._folder):
            return sorted(path.parent for path in self._folder.glob(f"*/{SUMMARY_NAME}"))
        cohort = open_cohort(self._folder)
        visits = cohort.wide(["participant", "visit"])
        first = visits.drop_duplicates("participant")
        if len(first) < len(visits):
            console.print(
                f"[yellow]note:[/] {len(visits) - len(first)} further visits of the same people do not count: of each "
                "participant the first visit in the manifest does."
            )
        keys = zip(first["participant"], first["visit"], strict=True)
        return [cohort.folder.results(participant, visit) for participant, visit in keys]
