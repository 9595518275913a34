"""Function 43/14, read device identification (Modbus Application Protocol V1.1b3, clause 6.21): request and response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FUNCTION, MEI = 43, 14
BASIC, REGULAR, INDIVIDUAL = 1, 2, 4
_HEAD = 7  # bytes before the first object


@dataclass(frozen=True)
class Page:
    """One response: its objects, and what it says of more."""

    conformity: int = 0
    more: bool = False
    following: int = 0
    objects: Mapping[int, str] = field(default_factory=dict)


def page_of(pdu: bytes) -> Page | None:
    """A response PDU taken apart; ``None`` if it is none, or shorter than it says."""
    if len(pdu) < _HEAD or pdu[:2] != bytes([FUNCTION, MEI]):
        return None
    found: dict[int, str] = {}
    at = _HEAD
    for _ in range(pdu[6]):
        if at + 2 > len(pdu) or at + 2 + pdu[at + 1] > len(pdu):
            return None
        found[pdu[at]] = pdu[at + 2 : at + 2 + pdu[at + 1]].decode("utf-8", "replace")
        at += 2 + pdu[at + 1]
    return Page(pdu[3], pdu[4] == 0xFF, pdu[5], found)


def request(code: int, first: int) -> bytes:
    """A request PDU from object ``first`` on."""
    return bytes([FUNCTION, MEI, code, first])
