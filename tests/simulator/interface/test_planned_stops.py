"""What an equipment shows of planned stops and of operators: only what it can know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from profiles import load_profile
from simulator.faults import FaultSet
from simulator.interface.fitting import mock_spec
from simulator.interface.identity import simulated_identity
from simulator.interface.simulated import SimulatedEquipment
from simulator.line import Line, LineSpec
from simulator.line.spec import FailureSpec

T = TypeVar("T")
PROFILE = load_profile("stacking")


def fixed(seconds: float) -> dict[str, Any]:
    return {"distribution": "deterministic", "mean": seconds}


def line_of_one() -> Line:
    """A unit that has a break from 10 to 40, and fails at 60; somebody is there at 75, and it runs again at 95."""
    failure = FailureSpec.model_validate({"clock": "time", "mtbf": fixed(60), "mttr": fixed(20), "alarm": 11})
    unit = mock_spec(PROFILE, "A").model_copy(update={"failures": (failure,), "auto_unhold": True, "transients": {}})
    stop = {"name": "break", "from": "10 s", "for": 30}
    return Line(LineSpec(name="test", units=(unit,), calendar={"stops": [stop]}, operators={"response": 15}))  # type: ignore[arg-type]


class LineTime:
    """The clock of a line, for an equipment that nobody writes to."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def model_now(self) -> float:
        return self._line.now

    def to_utc(self, model_time: float) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=model_time)

    def utc_now(self) -> datetime:
        return self.to_utc(self._line.now)

    def inject(self, action: Callable[[], T]) -> T:
        return action()


def test_a_break_is_the_operators_hold_and_waiting_for_one_a_failure() -> None:
    line = line_of_one()
    unit: Any = line.units["A"]
    identity = simulated_identity(PROFILE, "A", "1.0")
    equipment = SimulatedEquipment(PROFILE, unit, identity, {}, LineTime(line), FaultSet(), design_speed=30)

    def shown(at: float) -> tuple[Any, ...]:
        line.run(at)
        equipment.tick()
        return tuple(equipment.value(f"state.{name}") for name in ("unit_state", "cause", "item_state"))

    assert shown(5) == (6, 0, 3)
    assert shown(20) == (11, 6, 2)
    assert shown(50) == (6, 0, 3)
    assert shown(65) == (11, 3, 1)
    assert shown(80) == (11, 3, 1)
    assert shown(100) == (6, 0, 3)
    accounts = ("productive", "standby", "scheduled_down", "unscheduled_down")
    assert [equipment.value(f"state.time_{a}") for a in accounts] == [35, 30, 0, 35]
