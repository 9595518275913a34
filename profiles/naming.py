"""Names that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: object, known: Iterable[object], otherwise: str, *, most: int = 1, alike: float = 0.6) -> str:
    """A mend for a name that nobody knows: at most so many that are like it (0 to 1, whatever their case), or else what is given."""
    spelt = {str(one).casefold(): str(one) for one in known}
    near = [repr(spelt[one]) for one in get_close_matches(str(name).casefold(), spelt, most, alike)]
    return f"did you mean {', '.join(near)}?" if near else otherwise
