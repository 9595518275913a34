"""What is wrong with a text that is not YAML, in words of its lines instead of those of a parser."""

from __future__ import annotations

import re

import yaml

_WIDE = {"\u3000": "space", "：": "colon", "，": "comma", "－": "hyphen", "［": "bracket", "｛": "brace"}
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|#.*")
_BEHIND_QUOTE = re.compile(r"[^'\"]*:\s+('[^']*'|\"[^\"]*\")\s*[^\s#,}\]]")
_MISFIT = "this line does not fit those above it"
_CLOSING = {"{": "}", "[": "]"}


def explain(text: str, error: yaml.MarkedYAMLError) -> tuple[int, int, str, str]:
    """Line and column, from 1, what is wrong there, and how to mend it."""
    lines = text.splitlines()
    mark, began = error.problem_mark or error.context_mark, error.context_mark
    row, column = (mark.line, mark.column) if mark else (0, 0)
    problem = str(error.problem)
    in_key = "could not find expected ':'" in problem and began is not None
    look = began.line if in_key and began is not None else row
    plain = _QUOTED.sub(lambda found: " " * len(found[0]), lines[look]) if look < len(lines) else ""
    for character, name in _WIDE.items():
        if character in plain and plain.count(": ") < 2:  # a second colon is a fault of its own
            at = lines[look].index(character) + 1
            return look + 1, at, f"is not YAML: there is a full-width {name}", "write it half-width, in ASCII"
    if in_key and began is not None:
        return (
            began.line + 1,
            began.column + 1,
            "is not YAML: no key and value",
            "write 'key: value', a space behind the colon",
        )
    if "\\t" in problem:
        return row + 1, column + 1, "is not YAML: there is a tab", "write spaces instead"
    if "expected ',' or" in problem and began is not None:
        opened = lines[began.line][began.column] if began.line < len(lines) else "{"
        what = f"is not YAML: the '{opened}' is not closed, or lacks a comma"
        return began.line + 1, began.column + 1, what, f"write {opened}one, another{_CLOSING.get(opened, opened)}"
    at, last = max(((n, line) for n, line in enumerate(lines) if line.strip()), default=(0, ""))
    if "<stream end>" in problem and {*"[{"} & {*last}:
        opened = max("[{", key=last.rfind)
        what = f"is not YAML: the '{opened}' is not closed"
        return at + 1, last.rfind(opened) + 1, what, f"write {opened}one, another{_CLOSING[opened]}"
    if error.context == "while scanning a quoted scalar" and began is not None:
        return began.line + 1, began.column + 1, "is not YAML: the quote is not closed", "close it in its line"
    if "mapping values are not allowed" in problem or "expected <block end>" in problem:
        return row + 1, column + 1, *_misplaced(lines, row)
    if "cannot start any token" in problem:
        character = lines[row][column]
        return row + 1, column + 1, f"is not YAML: no text begins with {character}", "write it in quotes, or without"
    return row + 1, column + 1, f"is not YAML: {problem}", "mend the syntax here"


def _misplaced(lines: list[str], row: int) -> tuple[str, str]:
    """Of a line that does not belong where it stands: it is indented as no line above it, or it holds a second colon."""
    if _BEHIND_QUOTE.match(lines[row]):
        return "is not YAML: there is text behind the closing quote", "write the text in the other kind of quotes"
    above = [n for n in range(min(row, len(lines))) if lines[n].split("#")[0].strip()]
    here, columns = _indent(lines[row]), _open_columns([lines[n] for n in above])
    if not above or here in columns:
        return f"is not YAML: {_MISFIT}", _mend_of(lines[row].strip())
    before = lines[above[-1]]
    indented = _spaces(_open_columns([before])[-1]) + (
        ", its dash counted" if before.lstrip(" ").startswith("- ") else ""
    )
    what = f"is not YAML: the line begins with {_spaces(here)}, line {above[-1] + 1} above it with {indented}"
    return what, "begin lines that belong together with as many spaces"


def _mend_of(line: str) -> str:
    if line.startswith("-") and not line.startswith("- "):
        return "write a space behind the '-'"
    if line.count(": ") > 1:
        return "write a text with a colon and a space in it in quotes"
    return "begin each entry of a list with '- ', all of them in one column"


def _open_columns(lines: list[str]) -> list[int]:
    """Where a next line may begin: the columns of the blocks that are open after these lines."""
    columns: list[int] = []
    for line in lines:
        at, rest = _indent(line), line.lstrip(" ")
        columns = [column for column in columns if column < at]
        columns.append(at)
        while rest.startswith("- "):
            at += len(rest) - len(rest[1:].lstrip(" "))
            rest = rest[1:].lstrip(" ")
            columns.append(at)
    return columns


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _spaces(count: int) -> str:
    return f"{count or 'no'} space{'' if count == 1 else 's'}"
