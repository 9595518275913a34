"""Read a line file; every fault is one ``LineError`` that names file, line, column and the mend."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simulator.line.errors import FileError, LineError
from simulator.line.spec import LineSpec
from simulator.line.yamlfile import FileKind, YamlFile

LINE_FILE = FileKind(
    "a line file", LineError, "list at least one unit under 'units:'", "start with 'name:' and 'units:'",
    tags=("machine", "conveyor", "buffer"),
)  # fmt: skip


def load_line(path: str | Path) -> LineSpec:
    """Load and check a line file (YAML).

    Raises ``LineError(path, line, column, what, mend)``: unreadable, binary or empty file, bad YAML,
    duplicate or unknown keys, dangling names, values that cannot be.
    """
    file = YamlFile(path, LINE_FILE)
    strange = next((key for key in ("opcua", "modbus") if key in file.tree and "units" not in file.tree), None)
    if strange is not None:
        mend = "a line file has 'name:' and 'units:'"
        raise file.fault((strange,), "this is a target file (setsubi check)", mend)
    return file.validate(LineSpec)


def fault_at(path: str | Path, place: Sequence[int | str], what: str, mend: str) -> FileError:
    """A fault at a place of a line file that has been loaded, given by keys and indices; at the last of them that is there."""
    return YamlFile(path, LINE_FILE).fault(place, f"{'.'.join(str(p) for p in place)}: {what}", mend)
