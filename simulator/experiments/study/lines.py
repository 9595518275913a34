"""Lines made from one line file by changing values in it; each is checked and fitted as a line file is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.experiments.said import value_text
from simulator.experiments.study import paths
from simulator.experiments.study.errors import ExperimentError
from simulator.experiments.study.paths import Place, UnknownPath
from simulator.interface.fitted import fit, fitted_line, transitions_of
from simulator.line import LineSpec
from simulator.line.figure import unwrap
from simulator.line.load import LINE_FILE
from simulator.line.packml import Transitions
from simulator.line.yamlfile import YamlFile, first_fault

Fault = Callable[[Sequence[int | str], str, str], ExperimentError]
"""Makes the error for a place in the experiment file, what is wrong there, and the mend."""


@dataclass(frozen=True)
class Change:
    """One value put into a line: at ``target`` (keys and indices of the line), because of ``place`` in the experiment file."""

    target: Place
    value: Any
    place: Place


class Lines:
    """Makes lines from the line file; ``base`` is the line as it stands."""

    def __init__(self, path: Path, fault: Fault) -> None:
        self._fault = fault
        self.base, self._profiles = fitted_line(path)
        self._tree, _ = unwrap(YamlFile(path, LINE_FILE).tree)

    @property
    def transitions(self) -> Transitions | None:
        """The state table of the pack that the line's profiles belong to."""
        return transitions_of(self._profiles)

    def resolve(self, path: str, place: Place) -> Place:
        """Where a path leads in the line file. Raises ``ExperimentError`` at ``place``."""
        try:
            return paths.resolve(self._tree, path)
        except UnknownPath as error:
            raise self._fault(place, f"{path}: {error.what}", error.mend) from None

    def text(self, target: Place) -> str:
        """What the line says at a place, defaults included."""
        found: Any = paths.current(self._tree, target)
        if found is None:
            found = self.base
            for step in target:
                found = getattr(found, step, None) if isinstance(step, str) else found[step]
        return value_text(found) if isinstance(found, int | float | str | dict) else "–"

    def changed(self, changes: Sequence[Change], scenario: str) -> LineSpec:
        """The line with some values changed. Raises ``ExperimentError`` at the change that the line refuses."""
        tree = self._tree
        for change in changes:
            tree = paths.replaced(tree, change.target, change.value)

        def refused(loc: Sequence[int | str], what: str, mend: str) -> ExperimentError:
            change = max(changes, key=lambda c: _shared(c.target, loc))
            path = paths.canonical(tree, change.target)
            if what.startswith("unknown key") and tuple(loc) == change.target:  # the key, whatever its value
                at = change.place[:-1] if isinstance(change.place[-1], int) else change.place
                return self._fault(at, f"{path}: {what}", mend)
            text = f"{path} = {value_text(change.value)} is refused by the line: {what}"
            return self._fault(change.place, text + (f"; scenario '{scenario}'" if len(changes) > 1 else ""), mend)

        try:
            spec = LineSpec.model_validate(tree)
        except ValidationError as error:
            loc, what, mend = first_fault(error, LineSpec)
            raise refused([step for step in loc if step not in LINE_FILE.tags], what, mend) from None
        fitted = fit(spec, self._profiles, refused)
        touched = [paths.canonical(tree, change.target) for change in changes]
        kept = {p: f for p, f in self.base.figures.items() if not any(f"{p}.".startswith(f"{t}.") for t in touched)}
        return fitted.model_copy(update={"figures": kept | spec.figures})


def _shared(target: Place, loc: Sequence[int | str]) -> int:
    """How many steps two places have in common."""
    count = 0
    for one, other in zip(target, loc, strict=False):
        if str(one) != str(other):
            break
        count += 1
    return count
