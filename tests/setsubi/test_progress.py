"""The progress bar of long computations, drawn on a terminal that is none."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from conformance.errors import UsageError
from setsubi import progress
from setsubi.options import EngineOption, Lang
from setsubi.progress import Told, with_progress
from simulator.experiments.compiled import NotCovered
from simulator.experiments.study.texts import words

PATIENCE_S = 60.0
"""Wall seconds until a wait counts as failed; nothing is decided by how long it takes."""
SHOW_CURSOR = "\x1b[?25h"


class Screen(StringIO):
    """What is written to a terminal, for who waits for something in it."""

    def __init__(self) -> None:
        super().__init__()
        self._more = threading.Condition()

    def write(self, text: str) -> int:
        with self._more:
            self._more.notify_all()
            return super().write(text)

    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.getvalue())

    def wait_for(self, pattern: str) -> None:
        with self._more:
            assert self._more.wait_for(lambda: re.search(pattern, self.plain()), PATIENCE_S), self.plain()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    made = Screen()
    monkeypatch.setattr(progress, "make_console", lambda: Console(file=made, force_terminal=True, width=100))
    return made


def run(
    work: Callable[[Told, Callable[[], None]], int],
    *,
    lang: Lang = Lang.EN,
    quiet: bool = False,
) -> int:
    return with_progress(work, words(lang), "checking", engine=EngineOption.COMPILED, lang=lang, quiet=quiet)


@pytest.mark.parametrize(
    ("lang", "checking", "compiling", "replications"),
    [
        (Lang.EN, "checking", "compiling the engine, once", "replications"),
        (Lang.JA, "確認中", "エンジンをコンパイル中（初回のみ）", "反復計算"),
    ],
)
def test_what_is_going_on_is_drawn_with_its_share_and_gone_in_the_end(
    screen: Screen, lang: Lang, checking: str, compiling: str, replications: str
) -> None:
    def work(told: Told, compiles: Callable[[], None]) -> int:
        screen.wait_for(rf"{checking} .* 0%")
        compiles()
        screen.wait_for(rf"{compiling} .* 0%")
        told("replications", 0.42)
        screen.wait_for(rf"{replications} .* 42%")
        return 7

    assert run(work, lang=lang) == 7
    last_line = screen.getvalue().rpartition("%")[2]
    assert "\x1b[2K" in last_line, "the bar is erased"
    assert SHOW_CURSOR in last_line


def test_an_interrupt_erases_the_bar_and_gives_the_cursor_back(screen: Screen) -> None:
    def work(told: Told, compiles: Callable[[], None]) -> int:
        screen.wait_for("checking .* 0%")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(work)
    assert screen.getvalue().rindex(SHOW_CURSOR) > screen.getvalue().rindex("%")


def test_an_engine_that_can_not_run_the_line_is_a_mistake_with_its_mend(screen: Screen) -> None:
    def work(told: Told, compiles: Callable[[], None]) -> int:
        raise NotCovered("the compiled engine can not run this line: not covered: A.quality_holds")

    with pytest.raises(UsageError, match=r"--engine compiled: the compiled engine can not .* give --engine simpy"):
        run(work)


@pytest.mark.parametrize("terminal", [True, False])
def test_nothing_is_drawn_where_nobody_wants_it_or_nobody_looks(
    screen: Screen, terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "make_console", lambda: Console(file=screen, force_terminal=terminal, width=100))

    def work(told: Told, compiles: Callable[[], None]) -> int:
        told("replications", 0.5)
        return 1

    assert run(work, quiet=terminal) == 1
    assert screen.getvalue() == ""
