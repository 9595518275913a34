"""Packs and profiles written for one test, and the errors that they deserve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from profiles import ProfileError

STACKING = "extends: basc_cell_line:stacking"


def write(folder: Path, name: str, text: str) -> Path:
    """A file in ``folder`` with the dedented text."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def child(folder: Path, body: str, base: str = STACKING, name: str = "child.yaml") -> Path:
    """A profile that changes the bundled stacking machine: two lines of head, then ``body`` from line 3 on."""
    return write(folder, name, f"profile: {Path(name).stem}\n{base}\n{dedent(body).lstrip()}")


def pack(folder: Path, text: str = "pack: ours\nversion: 1.0.0\nextends: basc_cell_line\n") -> Path:
    """A pack folder of an organisation."""
    write(folder, "pack.yaml", text)
    return folder


def requirement(text: str = "The unit shall do it.", **more: Any) -> str:
    """The keys of one complete requirement, as flow YAML."""
    keys = {
        "level": "MUST", "severity": "data", "since": "1.0.0", "text": f"{{en: {text}, ja: 設備はそれを行うこと。}}",
        "remedy": "{en: Do it., ja: 実施する。}", "source": "[{ref: ours, trust: S}]", "check": "states.it",
        "faults": "[states.it]",
    } | more  # fmt: skip
    return "{" + ", ".join(f"{key}: {value}" for key, value in keys.items()) + "}"


def refusal(load: Callable[[], object], path: Path | str, line: int, column: int, what: str, mend: str) -> ProfileError:
    """Expect a ``ProfileError`` at file:line:column that says what is wrong and how to mend it."""
    with pytest.raises(ProfileError) as caught:
        load()
    error = caught.value
    place = (Path(error.place.path).resolve(), error.place.line, error.place.column)
    assert place == (Path(path).resolve(), line, column), str(error)
    assert what in error.what, str(error)
    assert mend in error.mend, str(error)
    where = f"{error.place.path}:{line}:{column}" if line else error.place.path
    assert str(error) == f"{where}: {error.what}; {error.mend}"
    assert "\n" not in str(error)
    return error
