"""Progress of a long computation on the terminal, and the one line that says that the engine asked for can not do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from rich.progress import Progress

from conformance.errors import UsageError
from conformance.reports import make_console
from setsubi.options import EngineOption, Lang
from simulator.experiments.compiled import NotCovered

COMPILING = {Lang.EN: "compiling the engine, once", Lang.JA: "エンジンをコンパイル中（初回のみ）"}
Result = TypeVar("Result")
Told = Callable[[str, float], None]
"""Told what is going on, by its key in the texts, and the done share of it, 0 to 1."""


def with_progress(
    work: Callable[[Told, Callable[[], None]], Result],
    texts: Mapping[str, str],
    first: str,
    *,
    engine: EngineOption,
    lang: Lang,
    quiet: bool,
) -> Result:
    """What ``work`` gives; it is handed what tells its progress and that it compiles. ``first``: the key of what it does first.

    Raises ``UsageError`` if the engine asked for can not run the line.
    """
    console = make_console()
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(texts[first], total=1.0)
        try:
            return work(
                lambda what, done: progress.update(task, completed=done, description=texts[what]),
                lambda: progress.update(task, description=COMPILING[lang]),
            )
        except NotCovered as error:
            raise UsageError(f"--engine {engine}: {error}; leave the option out, or give --engine simpy") from None
