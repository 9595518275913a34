"""What the code of the conformance suite says to people, found in its syntax trees: with file and line.

A *sentence* is a text or f-string with a space between words, wherever it stands: it may reach a report by way of helpers,
errors and tables, which no analysis of calls would follow. A single word is one where it is what was expected or found.
What only a user at the command line or a developer is told, and what has its Japanese beside it, is none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CODEC = ROOT / "profiles/codec.py"
"""Its errors are the status of what was read."""
ELSEWHERE = {"baseline", "bench", "events", "fitting", "inspect", "registry", "targetfile", "certificates"}
"""Modules whose texts are files or errors of the command line, …"""
TOLD = {"mend_time_scale", "why", "NEWLY_KNOWN", "NOT_REACHED"}
"""… but for these functions and constants of theirs: a report shows what they say."""
SILENT = {
    "AssertionError", "ContextVar", "HarnessError", "TargetFileError", "UsageError", "NothingSelected",
    "_try_session", "create_task", "demand", "fail", "startswith",
}  # fmt: skip
"""Calls whose texts no report shows; passwords are no words."""
STATING = {"expect", "expect_within", "inconclusive", "not_applicable", "note", "sure"}
VALUES = {"actual", "expected"}
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uff00-\uff60]")
COMMAND = "setsubi check "  # a command to copy


@dataclass(frozen=True)
class Said:
    """A text with ``{}`` for each placeholder, and where it stands."""

    text: str
    place: str


def sentences() -> list[Said]:
    """All that the suite says."""
    files = [f for f in (ROOT / "conformance").rglob("*.py") if "reports" not in f.parts]
    return [
        said
        for file in sorted([*files, CODEC])
        for said in sentences_of(file.read_text(encoding="utf-8"), file.relative_to(ROOT))
    ]


def sentences_of(code: str, file: Path) -> Iterator[Said]:
    tree = ast.parse(code)
    for part in _told(tree) if file.stem in ELSEWHERE else [tree]:
        for node, alone in _texts(part, False):
            text = "".join("{}" if isinstance(p, ast.FormattedValue) else str(p.value) for p in _parts(node))
            if _is_said(text, alone):
                yield Said(f"{text}{{}}" if text.endswith(": ") else text, f"{file.as_posix()}:{node.lineno}")


def _told(tree: ast.Module) -> Iterator[ast.AST]:
    """The definitions that ``TOLD`` names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [goal.id for goal in node.targets if isinstance(goal, ast.Name)]
        else:
            continue
        if TOLD.intersection(names):
            yield node


def _parts(node: ast.Constant | ast.JoinedStr) -> list[ast.FormattedValue | ast.Constant]:
    return [node] if isinstance(node, ast.Constant) else list(node.values)  # type: ignore[arg-type]


def _is_said(text: str, alone: bool) -> bool:
    if JAPANESE.search(text) or text.startswith(COMMAND):
        return False
    if " " in text:
        return bool(re.search("[a-z]{2}", text.replace("{}", "")))
    return alone and bool(re.fullmatch("[a-z]{2,}", text))


def _texts(node: ast.AST, alone: bool) -> Iterator[tuple[ast.Constant | ast.JoinedStr, bool]]:
    """Texts beneath a node; ``alone``: where even a single word is said."""
    if isinstance(node, ast.JoinedStr):
        yield node, alone
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value, alone)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node, alone
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    else:
        for child in _children(node):
            yield from _texts(child, alone and isinstance(node, (ast.IfExp, ast.BoolOp)))


def _of_call(call: ast.Call) -> Iterator[tuple[ast.Constant | ast.JoinedStr, bool]]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in SILENT:
        return
    yield from _texts(call.func, False)
    for argument in call.args:
        yield from _texts(argument, name in STATING)
    for keyword in call.keywords:
        yield from _texts(keyword.value, keyword.arg in VALUES)


def _children(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return []  # a docstring
    if isinstance(node, ast.Compare):
        return []  # a question, not a statement
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        return [*node.decorator_list, *defaults, *node.body]
    if isinstance(node, ast.AnnAssign):
        return [node.value] if node.value is not None else []
    if isinstance(node, (ast.Tuple, ast.Dict)):
        inner = node.elts if isinstance(node, ast.Tuple) else node.values
        if any(isinstance(i, ast.Constant) and isinstance(i.value, str) and JAPANESE.search(i.value) for i in inner):
            return []
    return list(ast.iter_child_nodes(node))
