"""The same cohort on one Ray node with two cores, and on two nodes with one each: the tables must be the same bytes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from assessment.cohort.layout import CohortFolder
from benchmarks.cohort.faults import table_hashes


def node_figures(manifest: Path, folder: Path, n: int) -> dict[str, Any]:
    """Assess the first ``n`` visits on one node, on two, and without Ray."""
    from assessment.cohort.engine import SerialEngine
    from assessment.cohort.ray_engine import RayEngine, load_ray

    load_ray()
    from ray.cluster_utils import Cluster

    with closing(RayEngine(n_workers=2)) as engine:
        _assess(manifest, folder / "one", n, engine)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    try:
        cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()
        with closing(RayEngine(address=cluster.address)) as engine:
            n_nodes = len(cluster.list_all_nodes())
            _assess(manifest, folder / "two", n, engine)
    finally:
        cluster.shutdown()
    with closing(SerialEngine()) as engine:
        _assess(manifest, folder / "serial", n, engine)
    hashes = {name: table_hashes(folder / name) for name in ("one", "two", "serial")}
    return {
        "sessions": n,
        "nodes": n_nodes,
        "two_nodes_identical": hashes["one"] == hashes["two"],
        "serial_identical": hashes["one"] == hashes["serial"],
        "tables_sha256": hashes["one"],
    }


def _assess(manifest: Path, out: Path, n: int, engine: Any) -> None:
    from assessment.cohort.download import fetch
    from assessment.cohort.manifest import read_manifest
    from assessment.cohort.progress import CohortProgress
    from assessment.cohort.run import run_cohort
    from assessment.cohort.settings import CohortSettings
    from pipeline.settings import Settings

    folder = CohortFolder(out)
    visits = read_manifest(manifest).sessions[:n]
    run_cohort(
        visits, CohortSettings(Settings()), folder, engine,
        lambda plan: CohortProgress(len(plan.visits), plan.n_done), lambda visit: fetch(visit, folder.downloads),
    )  # fmt: skip
