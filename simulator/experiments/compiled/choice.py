"""Which engine runs a batch, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from simulator.experiments.compiled.agreement import ROWS, Agreement, check_prefix
from simulator.experiments.compiled.coverage import why_not
from simulator.experiments.compiled.engine import EngineError, NotCovered
from simulator.experiments.compiled.reasons import Reason
from simulator.line import LineSpec
from simulator.line.distributions import mean
from simulator.line.packml import Transitions
from simulator.line.spec import BufferSpec, ConveyorSpec

Engine = Literal["simpy", "compiled"]
Wanted = Literal["auto", "simpy", "compiled"]
SHORT_VISITS = 500_000  # visits of items at units: a few seconds of SimPy

ASKED = Reason("as asked", "指定による")
COVERED = Reason("covers everything in this line", "このラインの全機能に対応")
SHORT = Reason("a short run", "短い計算のため")
RECORDS = Reason("item records are asked for, which only the SimPy model keeps", "品目記録はSimPyモデルだけが作成する")
NO_NUMBA = Reason("numba is not installed: pip install numba", "numbaが未インストール：pip install numba")
DISAGREED = Reason(
    "the compiled engine disagrees with the SimPy model, a defect of setsubi",
    "コンパイル済みエンジンの結果がSimPyモデルと一致しない（setsubiの不具合）",
)
_NAMES = {"simpy": Reason("SimPy", "SimPy"), "compiled": Reason("compiled", "コンパイル済み")}
_FIRST = Reason(
    "; the first replication runs in SimPy, which alone keeps item records",
    "。最初の反復はSimPy（品目記録はSimPyモデルだけが作成する）",
)
_EQUAL = Reason(
    "; its first {until:.0f} s, {rows} events, equal the SimPy model's exactly",
    "。最初の{until:.0f}秒（イベント{rows}件）はSimPyモデルと完全に一致",
)
_EQUAL_EACH = Reason(
    "; of each line at least the first {until:.0f} s, {rows} events, equal the SimPy model's exactly",
    "。各ラインの少なくとも最初の{until:.0f}秒（イベント{rows}件）はSimPyモデルと完全に一致",
)


@dataclass(frozen=True)
class Choice:
    """The engine of a batch, the reason, and what was found when both ran the beginning of the first replication.

    ``first`` is the engine of that replication; ``disagreement`` where the engines went apart, if they did.
    """

    engine: Engine
    reason: Reason
    agreement: Agreement | None = None
    first: Engine = "simpy"
    disagreement: str = ""

    def text(self, lang: str = "en", of: str = "") -> str:
        """One line for people; ``of``: what it ran, if it did not run all."""
        japanese = lang.startswith("ja")
        name, reason = _NAMES[self.engine].text(lang), self.reason.text(lang)
        if japanese:
            line = f"計算エンジン{f'（{of}）' if of else ''}：{name}（{reason}）"
        else:
            line = f"engine{f' of {of}' if of else ''}: {name} ({reason})"
        if self.agreement is not None:
            equal = _EQUAL if self.agreement.lines == 1 else _EQUAL_EACH
            line += equal.text(lang).format(until=self.agreement.until, rows=self.agreement.rows)
        if self.engine != self.first:
            line += _FIRST.text(lang)
        return line


def choose(
    spec: LineSpec,
    wanted: Wanted,
    *,
    seed: int,
    seconds: float,
    replications: int,
    transitions: Transitions | None = None,
    records: bool = False,
    compiling: Callable[[], None] = lambda: None,
    rows: int = ROWS,
) -> Choice:
    """The engine for ``replications`` of ``seconds`` each, after both ran the beginning of the first one.

    ``auto`` takes the compiled engine where it covers the line and the run is long enough to be worth its start. With
    ``records`` the first replication keeps item records. If the engines disagree, or the compiled one can not be
    started here, the choice is SimPy and says so. ``rows`` of the log are compared, at least. ``compiling`` is called before a compilation that takes long. Raises
    ``NotCovered`` if ``compiled`` was asked for and can not be.
    """
    if wanted == "simpy":
        return Choice("simpy", ASKED)
    reason = _unusable() or why_not(spec, transitions)
    if reason is not None:
        if wanted == "compiled":
            raise NotCovered(f"the compiled engine can not run this line: {reason}")
        return Choice("simpy", reason)
    if records and replications == 1:
        return Choice("simpy", RECORDS)
    if wanted == "auto" and visits(spec, seconds) * replications < SHORT_VISITS:
        return Choice("simpy", SHORT)
    from simulator.experiments.compiled.jit import compiled_before

    if not compiled_before():
        compiling()
    try:
        agreement = check_prefix(spec, seed, seconds, transitions, rows)
    except EngineError as error:
        return Choice("simpy", DISAGREED, disagreement=str(error))
    except Exception as error:  # whatever Numba, LLVM or a damaged cache may raise: there is another engine
        return Choice("simpy", _no_start(error))
    return Choice("compiled", ASKED if wanted == "compiled" else COVERED, agreement, "simpy" if records else "compiled")


def _unusable() -> Reason | None:
    if find_spec("numba") is None:
        return NO_NUMBA
    try:
        import simulator.experiments.compiled.jit  # noqa: F401 - Numba refuses versions of NumPy when it is imported
    except Exception as error:
        return _no_start(error)
    return None


def _no_start(error: Exception) -> Reason:
    what = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return Reason(
        f"the compiled engine can not be started here: {what}", f"コンパイル済みエンジンを起動できない：{what}"
    )


def visits(spec: LineSpec, seconds: float) -> float:
    """About how many visits of items at units a run has: all units at the pace of the slowest."""
    units = [u for u in spec.units if not isinstance(u, BufferSpec)]
    cycles = [
        u.spacing_m / u.speed_m_s if isinstance(u, ConveyorSpec) else mean(u.process_time) / u.slots for u in units
    ]
    cycles += [mean(end.interval) for end in (spec.source, spec.sink) if end.interval is not None]
    return len(units) * seconds / max(cycles)
