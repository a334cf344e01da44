"""English sentences of results in the code, found by a rule that needs no marks.

In the packages whose texts end in results (`TEXTS_OF_RESULTS`), every text of two words or more is a message, wherever
it stands; everywhere else those in calls of `SarcoscopeError`s are. Not among them: docstrings, descriptions of fields,
patterns, and what is said to programmers (`ValueError`, `__repr__`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from assessment.language.extraction.phrases import messages

TEXTS_OF_RESULTS = (
    *(
        f"assessment/{name}"
        for name in ("activities", "criteria", "gait", "gates", "indicators", "preflight", "repetitions")
    ),
    *(f"assessment/profile/{name}.py" for name in ("cohort", "placement", "profile", "reference")),
    *(f"assessment/uncertainty/{name}.py" for name in ("change", "interval", "visits")),
    *(
        f"assessment/{name}.py"
        for name in (
            "assess",
            "catalogue",
            "conclusion",
            "limits",
            "motion",
            "person",
            "presentation",
            "summary",
            "trial",
            "workers",
        )
    ),
    *(f"assessment/{name}.py" for name in ("scaling_movements", "scaling_task")),
    *(f"pipeline/{name}" for name in ("contact", "kinematics", "motion", "preparation", "scaling", "session")),
    *(
        f"pipeline/opencap_server/{name}.py"
        for name in ("addresses", "answers", "client", "faults", "folder", "transfer")
    ),
    *(
        "app/findings/tiles.py",
        "pipeline/dynamics.py",
        "pipeline/files/c3d.py",
        "pipeline/files/trc.py",
        "pipeline/settings.py",
        "pipeline/trajectories.py",
        "models/subject.py",
    ),
    *(f"rl_scaling/{name}.py" for name in ("policy", "search/scaling_checks", "tasks/scaling_frames", "verdicts")),
)
# What runs behind the app; commands, studies and the training of policies answer researchers, in English.
ERRORS = (
    "app",
    "streamlit_app.py",
    "assessment",
    "pipeline",
    "models",
    "rl_scaling/policy.py",
    "rl_scaling/search/people_frames.py",
)
RESEARCH = (
    *(f"assessment/{name}" for name in ("commands", "study", "validation", "crosscheck", "language")),
    "assessment/profile/study_model",
    *(f"assessment/{name}.py" for name in ("cli", "console", "export", "opencap_layout")),
    "assessment/activities/hints.py",
    "assessment/indicators/listing.py",
    "assessment/uncertainty/reliability.py",
)

_NOT_FOR_READERS = re.compile(r"Field|compile|(Value|Type|Key|Attribute|Import|Assertion)Error")
_ERROR = re.compile(r"[A-Z]\w*Error")
# Functions and names that stand for one.
_ERRORS_BY_NAME = ("error", "_refused")
# Their `ValueError`s become part of an error for readers.
_VALUES_FOR_READERS = ("pipeline/session/lab_description.py", "pipeline/preparation/filters.py")


def sentences_in_code(root: Path) -> Iterator[tuple[str, str]]:
    """Message and the file it is in."""
    for file in _files(root, ERRORS):
        name = file.relative_to(root).as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        everything = name.startswith(TEXTS_OF_RESULTS)
        values = _errors(tree, "ValueError") if name in _VALUES_FOR_READERS else ()
        for expression in (*(_texts(tree) if everything else _errors(tree)), *values):
            for message in messages(expression):
                yield message, name


def _files(root: Path, places: tuple[str, ...]) -> Iterator[Path]:
    wanted = dict.fromkeys((*places, *(one for one in TEXTS_OF_RESULTS if one.startswith("rl_scaling"))))
    for place in wanted:
        for file in [root / place] if place.endswith(".py") else sorted((root / place).rglob("*.py")):
            name = file.relative_to(root).as_posix()
            if not name.startswith(RESEARCH) and not name.endswith("__main__.py"):
                yield file


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    """The outermost texts below a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and messages(child, whole=True):
            yield child
        elif not _is_skipped(child):
            yield from _texts(child)


def _errors(tree: ast.Module, kind: str = "") -> Iterator[ast.expr]:
    """Texts in calls of errors, and constants of the module that such calls name."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (_name(node.func) == kind if kind else _is_error(node)):
            yield from _texts(node)
            for given in ast.walk(node):
                if isinstance(given, ast.Name) and given.id in constants:
                    yield from _texts(ast.Expression(constants[given.id]))


def _is_error(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Name) and call.func.id in _ERRORS_BY_NAME:
        return True
    return _ERROR.fullmatch(_name(call.func)) is not None and not _is_skipped(call)


def _is_skipped(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):  # a docstring, or one of an attribute
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.FunctionDef):
        return node.name == "__repr__"
    return isinstance(node, ast.Call) and _NOT_FOR_READERS.fullmatch(_name(node.func)) is not None


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
