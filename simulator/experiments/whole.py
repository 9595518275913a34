"""Files written whole or not at all: what ends by an error or an interrupt leaves nothing behind, and spoils nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write a file of the same name, beside ``path``: it takes the place of ``path`` when the context ends well. A
    reader never sees half a file. ``OSError`` names ``path``."""
    with (
        made(path.parent),
        TemporaryDirectory(prefix=".setsubi-", dir=path.parent, ignore_cleanup_errors=True) as beside,
    ):
        written = Path(beside) / path.name
        try:
            yield written
            os.replace(written, path)
        except OSError as error:
            if error.filename == str(written):
                error.filename = str(path)
            raise


@contextmanager
def made(folder: Path) -> Iterator[None]:
    """The folder is there. What had to be made for it and is empty in the end is removed. Raises ``OSError``."""
    new = [f for f in (folder, *folder.parents) if not f.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for each in new:
            with suppress(OSError):  # something is in it
                each.rmdir()
