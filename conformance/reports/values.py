"""Values of any kind as short, harmless text. What comes from a target is hostile until it has passed through here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

NOTHING = "–"
# Control characters (terminal escapes, what XML forbids), lone surrogates, and the marks that turn reading direction
# round, by which a device name could make a report read differently from what it says.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text with harmful characters made visible as escapes; tab and newline stay."""
    if text.isprintable():  # nearly all are, and a report prints a million
        return text
    return _HARMFUL.sub(lambda found: _escape(found.group()), text.replace("\r\n", "\n"))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def show(value: Any) -> str:
    """Any JSON value for a human reader: ``true``, ``3.25``, ``[1, 2]``, text as it is, ``–`` for nothing."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, str):
        return clean(value) if value else '""'
    if isinstance(value, int):
        return str(value)
    return clean(json.dumps(value, ensure_ascii=False, default=str))


def parameters(values: Mapping[str, Any], timers: Mapping[str, float]) -> list[str]:
    """``slack_s = 2``, and with its seconds what names a timer: ``timer = t2 (2 s)``. ``timers`` are seconds by id."""
    lines = [f"{name} = {show(value)}" for name, value in values.items()]
    told = [f" ({timers[v]:g} s)" if isinstance(v, str) and v in timers else "" for v in values.values()]
    return [line + time for line, time in zip(lines, told, strict=True)]


def one_line(value: Any, limit: int = 300) -> str:
    """As ``show``, on one line and cut to a length that a terminal or a comment bears."""
    text = " ".join(show(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def seconds(duration: float) -> str:
    """A duration as people say it: ``0.42 s``, ``75 s``, ``12 min 5 s``."""
    if duration < 10:
        return f"{duration:.2f} s"
    if duration < 120:
        return f"{duration:.0f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s"


def moment(utc: str) -> str:
    """An ISO time stamp to the second, with its zone, for headings."""
    return re.sub(r"T(\d\d:\d\d:\d\d)(?:[.,]\d+)?(?:Z|\+00:00)$", r" \1 UTC", clean(utc)) or NOTHING
