"""A Python expression that makes a text, as messages: what is filled in becomes a named placeholder."""

from __future__ import annotations

import ast
import re
from itertools import product

Part = str | ast.expr
"""Literal text, or an expression that is filled in."""

_FORMAT_FIELD = re.compile(r"\{([a-z]\w*)(?::[^{}]*)?\}")
_WORD = re.compile(r"[^\W\d_]{2,}")


def messages(expression: ast.expr, *, whole: bool = False) -> list[str]:
    """Messages that an expression can give; empty where it gives no text for people.

    A choice between two literal texts gives two messages. A message holds two words, or one beside a placeholder.

    Parameters
    ----------
    expression : ast.expr
    whole : bool
        Only tell whether this is a text at all, also one without words.
    """
    if not isinstance(expression, (ast.Constant, ast.JoinedStr, ast.BinOp)):
        return []
    found = [_message(parts) for parts in _variants(expression) or []]
    return found if whole and isinstance(expression, ast.JoinedStr) else [one for one in found if _is_for_people(one)]


def _variants(expression: ast.expr) -> list[list[Part]] | None:
    """The parts of a text, once for each choice in it; None where it is no text."""
    if isinstance(expression, ast.Constant):
        return [_of_format(expression.value)] if isinstance(expression.value, str) else None
    if isinstance(expression, ast.JoinedStr):
        return _joined([_variants(one) or [] for one in expression.values])
    if isinstance(expression, ast.FormattedValue):
        return (_variants(expression.value) if isinstance(expression.value, ast.IfExp) else None) or [
            [expression.value]
        ]
    if isinstance(expression, ast.IfExp):
        body, other = _variants(expression.body), _variants(expression.orelse)
        return None if body is None or other is None else body + other
    if isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.Add):
        sides = [_variants(side) for side in (expression.left, expression.right)]
        return None if None in sides else _joined([side for side in sides if side is not None])
    return None


def _of_format(text: str) -> list[Part]:
    """A text that `str.format` fills in later has its placeholders already."""
    names = iter(_FORMAT_FIELD.split(text))
    parts: list[Part] = [next(names)]
    for name in names:
        parts += [ast.Name(name), next(names)]
    return parts


def _joined(choices: list[list[list[Part]]]) -> list[list[Part]]:
    return [[part for parts in chosen for part in parts] for chosen in product(*choices)]


def _message(parts: list[Part]) -> str:
    names: dict[str, str] = {}
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part.replace("{", "{{").replace("}", "}}")
            continue
        source = ast.unparse(part)
        if source not in names:
            name = _name(part)
            same = sum(1 for one in names.values() if one.rstrip("_0123456789") == name)
            names[source] = name if not same else f"{name}_{same + 1}"
        text += "{" + names[source] + "}"
    return text


def _name(expression: ast.expr) -> str:
    """What a placeholder is called: the last name in the expression that is no function."""
    if isinstance(expression, ast.Name):
        return expression.id.strip("_").lower()
    if isinstance(expression, ast.Attribute):
        return expression.attr.strip("_").lower()
    if isinstance(expression, ast.Call):
        inside = expression.args or [expression.func]
        return _name(inside[0])
    children = [child for child in ast.iter_child_nodes(expression) if isinstance(child, ast.expr)]
    names = (_name(child) for child in children if not isinstance(child, ast.Constant))
    return next((name for name in names if name != "value"), "value")


def _is_for_people(message: str) -> bool:
    literal = re.sub(r"\{[a-z][a-z0-9_]*\}", "\0", message)
    words = _WORD.findall(literal)
    if "[A-Z" in message:  # a pattern
        return False
    return (len(words) >= 2 and " " in literal.strip()) or (bool(words) and "\0" in literal and " " in literal)
