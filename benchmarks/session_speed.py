"""How long a whole session takes, by stage: seconds of one core, and on the clock with the machine's cores.

``python -m benchmarks.session_speed FIELD_SESSION``: the field-study session of squats and the bundled example. Stages
are measured in one process on one thread, median of `REPEATS` runs; on the clock it is the whole command, with its
start, in worker processes. Other programs on the machine lengthen the clock, and the stages by some per cent.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from assessment.example import EXAMPLE, EXAMPLE_AGE_YEARS, EXAMPLE_SEAT_HEIGHT_M
from assessment.one_thread import one_thread
from assessment.workers import Workers, default_workers
from benchmarks.saving import save

if TYPE_CHECKING:
    from assessment.assess import Progress

REPEATS = 3
FIELD_AGE_YEARS = 30.0


class InThisProcess(Workers):
    """Does all work here, one piece after the other, and keeps what each took."""

    def __init__(self) -> None:
        self.took_s: dict[str, float] = {}

    def run_all(
        self,
        work: Callable[..., Any],
        tasks: Sequence[tuple[Any, ...]],
        *,
        limit_s: float = 0.0,  # noqa: ARG002 - the pool has one
    ) -> Iterator[tuple[int, Any]]:
        """As the workers of a pool do, in order and without a limit."""
        for index, task in enumerate(tasks):
            began_s = time.process_time()
            result = work(*task)
            name = "scaling" if work.__name__ == "run_scaling" else f"trial {task[0].trial.name}"
            self.took_s[name] = time.process_time() - began_s
            yield index, result


def stages_s(path: Path, age_years: float, seat_height_m: float | None) -> dict[str, float]:
    """CPU seconds of one run by stage; ``other`` is reading, criteria and tables."""
    from assessment.assess import assess
    from models.subject import SubjectMetadata
    from pipeline.session import read_session
    from pipeline.settings import make_settings

    workers, report_s = InThisProcess(), []

    def follow(news: Progress) -> None:
        if news.stage == "report":
            report_s.append(time.process_time())

    with tempfile.TemporaryDirectory() as folder:
        began_s = time.process_time()
        session = read_session(path, Path(folder))
        given = SubjectMetadata(
            height_m=session.subject.height_m, mass_kg=session.subject.mass_kg, sex=session.subject.sex,
            age_years=age_years,
        )  # fmt: skip
        settings = make_settings(seat_height_m=seat_height_m)
        assess(session, given.complete(), settings, Path(folder) / "out", workers=workers, on_progress=follow)
        total_s = time.process_time() - began_s
    took_s = {**workers.took_s, "report": report_s[1] - report_s[0]}
    return {**took_s, "other": total_s - sum(took_s.values()), "all": total_s}


def clock_s(path: Path, age_years: float) -> float:
    """Seconds from the command to its end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "assessment", "run", str(path), "--out", folder]
        began_s = time.perf_counter()
        subprocess.run([*command, "--age-years", f"{age_years:g}"], check=True, capture_output=True)  # noqa: S603
        return time.perf_counter() - began_s


def main(field_session: Path) -> None:
    """Print and save the figures."""
    one_thread()
    began_s = time.process_time()
    import assessment.assess
    import assessment.loaded_in_workers  # noqa: F401 - what is measured

    figures: dict[str, Any] = {"loading_cpu_s": round(time.process_time() - began_s, 2)}
    print(f"loading: {figures['loading_cpu_s']:.2f} s")
    for name, path, age_years, seat_height_m in (
        ("field_study", field_session, FIELD_AGE_YEARS, None),
        ("example", EXAMPLE, EXAMPLE_AGE_YEARS, EXAMPLE_SEAT_HEIGHT_M),
    ):
        runs = [stages_s(path, age_years, seat_height_m) for _ in range(REPEATS)]
        cpu_s = {stage: round(median(run[stage] for run in runs), 2) for stage in runs[0]}
        on_clock_s = round(median(clock_s(path, age_years) for _ in range(REPEATS)), 1)
        figures[name] = {"cpu_s": cpu_s, "clock_s": on_clock_s, "workers": default_workers()}
        print(f"{name}: {on_clock_s:.1f} s on the clock with {default_workers()} workers; seconds of one core:")
        for stage, seconds in cpu_s.items():
            print(f"  {stage:<28}{seconds:7.2f}")
    print(f"saved {save('session_speed', figures).name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
