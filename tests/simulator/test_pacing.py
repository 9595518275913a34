"""The pacer: model time follows wall time, commands get the time at which they come, and lag is said."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

from simulator.pacing import Pacer


class Clock:
    """Wall time that passes when somebody says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class SlowLine:
    """Takes ``cost`` wall seconds for each model second."""

    def __init__(self, clock: Clock, cost: float = 0.0, events: tuple[float, ...] = ()) -> None:
        self.clock, self.cost, self.events, self.reached = clock, cost, events, 0.0

    def peek(self) -> float:
        return next((e for e in self.events if e > self.reached), inf)

    def step_to(self, t: float) -> None:
        self.clock.now += (t - self.reached) * self.cost
        self.reached = t


class Projected:
    """Takes ``cost`` wall seconds for each look, and wants the next one at ``wake``."""

    def __init__(self, clock: Clock, cost: float = 0.0, wake: float | None = None) -> None:
        self.clock, self.cost, self.wake, self.seen = clock, cost, wake, 0

    def tick(self) -> None:
        self.seen += 1
        self.clock.now += self.cost

    def next_wake(self, now: float) -> float | None:
        return self.wake


def paced(cost: float = 0.0, speed: float = 1.0, events: tuple[float, ...] = ()) -> tuple[Clock, Pacer, list[float]]:
    clock, said = Clock(), list[float]()
    return clock, Pacer(SlowLine(clock, cost, events), speed=speed, on_lag=said.append, clock=clock), said


def look_for(pacer: Pacer, clock: Clock, wall: float) -> None:
    end = clock.now + wall
    while clock.now < end:
        clock.now = max(clock.now, pacer.look())


@pytest.mark.parametrize("speed", [0.5, 1.0, 20.0])
def test_model_time_is_wall_time_times_speed(speed: float) -> None:
    clock, pacer, said = paced(speed=speed)
    look_for(pacer, clock, 30)
    assert pacer.model_now() == pytest.approx(30 * speed, abs=0.06 * speed)
    assert said == []


def test_the_next_look_is_at_the_next_event_of_the_line_or_wake_of_a_port_or_one_period_later() -> None:
    clock, pacer, _ = paced(speed=2.0, events=(0.02, 10.0))
    assert pacer.look() == pytest.approx(100.01)
    clock.now = 100.01
    assert pacer.look() == pytest.approx(100.06)
    pacer.add(Projected(clock, wake=0.05))
    assert pacer.look() == pytest.approx(100.025)


def test_a_model_that_is_a_tenth_too_slow_for_the_speed_is_said_to_lag() -> None:
    clock, pacer, said = paced(cost=1.1 / 20, speed=20.0)
    look_for(pacer, clock, 60)
    assert len(said) == 1
    assert said[0] > 1.0
    assert pacer.lag > 1.0


def test_a_model_that_is_a_tenth_faster_than_the_speed_is_not() -> None:
    clock, pacer, said = paced(cost=0.9 / 20, speed=20.0)
    look_for(pacer, clock, 60)
    assert said == []


def test_a_process_that_has_no_time_to_look_lags_although_the_model_is_quick() -> None:
    clock, pacer, said = paced()
    look_for(pacer, clock, 1)
    clock.now += 3.0  # endpoints kept the loop busy
    pacer.look()
    assert said == [pytest.approx(3.0, abs=0.06)]
    look_for(pacer, clock, 1)
    assert len(said) == 2
    assert said[1] < 0.5


def test_looks_that_take_longer_than_tolerated_are_said_once() -> None:
    clock, pacer, said = paced()
    pacer.add(Projected(clock, cost=1.2))
    look_for(pacer, clock, 12)
    assert said == [pytest.approx(1.2)]


def test_a_command_comes_at_its_own_time_and_everybody_sees_it() -> None:
    clock, pacer, _ = paced(speed=10.0)
    seen = Projected(clock)
    pacer.add(seen)
    pacer.look()
    clock.now += 0.5
    assert pacer.inject(pacer.model_now) == pytest.approx(5.0)
    assert seen.seen == 2


def test_a_command_that_is_refused_still_lets_everybody_look() -> None:
    clock, pacer, _ = paced()
    seen = Projected(clock)
    pacer.add(seen)
    with pytest.raises(ZeroDivisionError):
        pacer.inject(lambda: 1 / 0)
    assert seen.seen == 1


async def test_a_command_wakes_the_loop() -> None:
    clock = Clock()
    pacer = Pacer(SlowLine(clock), period=3600.0, clock=clock)
    looked = asyncio.Event()

    class Looking(Projected):
        def tick(self) -> None:
            looked.set()

    pacer.add(Looking(clock))
    task = asyncio.create_task(pacer.run())
    await looked.wait()
    looked.clear()
    clock.now += 5
    pacer.inject(looked.clear)
    looked.clear()
    await looked.wait()
    task.cancel()
    assert pacer.model_now() == pytest.approx(5.0)


def test_speed_must_be_above_0() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Pacer(SlowLine(Clock()), speed=0)
