"""Which engine runs a batch, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Literal

from simulator.experiments.compiled.agreement import Agreement, check_prefix
from simulator.experiments.compiled.coverage import why_not
from simulator.experiments.compiled.engine import NotCovered
from simulator.line import LineSpec
from simulator.line.distributions import mean
from simulator.line.packml import Transitions
from simulator.line.spec import BufferSpec, ConveyorSpec

Engine = Literal["simpy", "compiled"]
Wanted = Literal["auto", "simpy", "compiled"]
SHORT_VISITS = 500_000  # visits of items at units; SimPy makes them in the time that the compiled engine needs to start


@dataclass(frozen=True)
class Choice:
    """The engine of a batch, the reason, and what was found when both ran the beginning."""

    engine: Engine
    reason: str
    agreement: Agreement | None = None

    def text(self, lang: str = "en") -> str:
        """One line for people."""
        name = "SimPy" if self.engine == "simpy" else "compiled" if lang != "ja" else "コンパイル済み"
        if self.agreement is None:
            return f"engine: {name} ({self.reason})" if lang != "ja" else f"計算エンジン：{name}（{self.reason}）"
        until, rows = self.agreement.until, self.agreement.rows
        if lang == "ja":
            return f"計算エンジン：{name}（{self.reason}）。最初の{until:.0f}秒（イベント{rows}件）はSimPyモデルと完全に一致"
        return (
            f"engine: {name} ({self.reason}); its first {until:.0f} s, {rows} events, equal the SimPy model's exactly"
        )


def choose(
    spec: LineSpec,
    wanted: Wanted,
    *,
    seed: int,
    seconds: float,
    replications: int,
    transitions: Transitions | None = None,
) -> Choice:
    """The engine for ``replications`` of ``seconds`` each, after both ran the beginning of the first one.

    ``auto`` takes the compiled engine where it covers the line and the run is long enough to be worth its start. Raises
    ``NotCovered`` if ``compiled`` was asked for and can not be, ``EngineError`` if the engines disagree.
    """
    if wanted == "simpy":
        return Choice("simpy", "as asked")
    reason = _missing() or why_not(spec, transitions)
    if reason is not None:
        if wanted == "compiled":
            raise NotCovered(f"the compiled engine can not run this line: {reason}")
        return Choice("simpy", reason)
    if wanted == "auto" and visits(spec, seconds) * replications < SHORT_VISITS:
        return Choice("simpy", "a short run")
    choice = Choice("compiled", "as asked" if wanted == "compiled" else "covers everything in this line")
    return replace(choice, agreement=check_prefix(spec, seed, seconds, transitions))


def _missing() -> str | None:
    return None if find_spec("numba") is not None else "numba is not installed: pip install numba"


def visits(spec: LineSpec, seconds: float) -> float:
    """About how many visits of items at units a run has: all units at the pace of the slowest."""
    units = [u for u in spec.units if not isinstance(u, BufferSpec)]
    cycles = [
        u.spacing_m / u.speed_m_s if isinstance(u, ConveyorSpec) else mean(u.process_time) / u.slots for u in units
    ]
    cycles += [mean(end.interval) for end in (spec.source, spec.sink) if end.interval is not None]
    return len(units) * seconds / max(cycles)
