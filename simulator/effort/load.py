"""Effort files; what one leaves out is that of the bundled parameters."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from simulator.effort.spec import EFFORT_FILE, EffortSpec
from simulator.line.yamlfile import YamlFile


@dataclass(frozen=True)
class EffortFile:
    """A loaded effort file: what it says, and the paths of the reports of its units, by unit."""

    spec: EffortSpec
    reports: dict[str, Path]


def load_effort(path: str | Path) -> EffortFile:
    """Load and check an effort file (YAML). Raises ``EffortError(path, line, column, what, mend)``."""
    file = YamlFile(path, EFFORT_FILE)
    file.tree = _over(bundled_parameters(), file.tree)
    spec = file.validate(EffortSpec)
    reports = {}
    for index, unit in enumerate(spec.units):
        if unit.report:
            found = Path(path).parent / unit.report
            if not found.is_file():
                what = f"units.{index}.report: there is no file {unit.report}"
                raise file.fault(("units", index, "report"), what, "give its path, seen from the effort file")
            reports[unit.name] = found
    return EffortFile(spec, reports)


def bundled_parameters() -> dict[str, Any]:
    """``without`` and ``with``, as an effort file would give them."""
    text = (files("simulator.effort") / "parameters.yaml").read_text(encoding="utf-8")
    tree: dict[str, Any] = yaml.safe_load(text)
    return tree


def _over(base: Any, given: Any) -> Any:
    """The base with what is given in its place; mappings of parameters are merged, figures and distributions are not."""
    if not (isinstance(base, dict) and isinstance(given, dict)) or {"value", "distribution"} & (set(base) | set(given)):
        return given
    return base | {key: _over(base[key], value) if key in base else value for key, value in given.items()}
