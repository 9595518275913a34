"""What stands in the blocks of code of a document."""

from __future__ import annotations

import re
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(document: Path, language: str) -> list[str]:
    """The blocks of a language, in the order of the document."""
    return [text for found, text in BLOCK.findall(document.read_text(encoding="utf-8")) if found == language]
