"""What machines and conveyors share: states, commands, ports, time accounting.

``UnitView`` is implemented here; subclasses add the process: ``take``, ``give``,
``rest_cause`` and what to do when Execute is entered and left.
``UnitView`` is one interface, and a unit answers for all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.line.alarms import Alarms
from simulator.line.clock import COMMANDED, RANKS, TRANSIENT_DONE, Moment
from simulator.line.commands import check_command, check_mode, check_parameter, check_recipe, check_speed
from simulator.line.context import Accounts, Context, Counters
from simulator.line.errors import CommandRefused
from simulator.line.failures import Failures
from simulator.line.holds import Holds
from simulator.line.item import BAD, Item, ItemRecord
from simulator.line.log import Kind, state_code
from simulator.line.packml import (
    ACTING,
    DONE,
    HELD_FAMILY,
    SUSPENDED_FAMILY,
    Cause,
    Command,
    Mode,
    State,
    Trigger,
    suspends_straight,
)
from simulator.line.planned import Planned
from simulator.line.safety import Safety
from simulator.line.spec import STATE_NAMES, ConveyorSpec, MachineSpec

if TYPE_CHECKING:
    from simulator.line.joint import Inlet, Outlet

_STATE, _LEAVE = int(Kind.STATE), int(Kind.LEAVE)  # plain, see log.py
EXECUTE, SUSPENDED = int(State.EXECUTE), int(State.SUSPENDED)


class Unit:
    """A unit of a line. See ``UnitView`` for what others may use."""

    kind = "unit"
    inlet: Inlet
    outlet: Outlet
    if TYPE_CHECKING:

        @property
        def room(self) -> bool:
            """Whether the unit takes an item now. A plain attribute or a property, as the subclass likes."""

    def __init__(self, context: Context, index: int, rank: int, spec: MachineSpec | ConveyorSpec) -> None:
        self.context, self.clock, self.spec, self.index, self.name = context, context.clock, spec, index, spec.name
        self._rank, self._write, self.table = rank, context.write, context.transitions
        self.profile = spec.profile
        self.state, self.mode, self.cause = int(State.STOPPED), int(Mode.PRODUCTION), int(Cause.NONE)
        self.state_since = 0.0
        self._accounts = Accounts(context.clock)
        self._accounts.enter(self.state, self.mode, self.cause)
        self.entered = self.good = self.scrap = self.binned = self.rejected = 0
        self.setup_s = 0.0  # seconds of changeover begun
        self.binned_moments = 0.0  # at which items went for the bin, summed
        self.open = False  # ports
        self.ready = False  # an item is on offer
        self.speed = 1.0
        self.recipe = spec.recipes[0]
        self.parameters = {name: p.value for name, p in spec.parameters.items()}
        self.permit = False
        self.last_item: ItemRecord | None = None
        self.recorded = 0
        self.listener: Callable[[Unit], None] | None = None
        self.alarms = Alarms(lambda: context.clock.time)
        self.safety = Safety(self, spec.safety, spec.sensors)
        self.holds = Holds(self)
        self.failures = Failures(self, context.seed, spec.failures, by_service=self._ages_by_service())
        Planned(self.clock, self.priority(COMMANDED), context.calendar.of(self.name), self.holds.turns)
        self._durations = {STATE_NAMES[k]: v for k, v in spec.transients.items()}
        self._transient: Moment | None = None
        slow = any(self._durations.get(s, 0.0) > 0 for s in (State.SUSPENDING, State.UNSUSPENDING))
        self._instant = not slow and suspends_straight(self.table)

    # -- for subclasses ----------------------------------------------------------------------------

    def _ages_by_service(self) -> bool:
        return False

    def take(self, item: Item) -> None:
        """An item has arrived through the infeed."""
        raise NotImplementedError

    def give(self) -> Item:
        """Let the item on offer go."""
        raise NotImplementedError

    def offered(self) -> Item | None:
        """The next item to leave, whether or not the ports are open."""
        raise NotImplementedError

    def rest_cause(self) -> int:
        """0 if there is work, else STARVED or BLOCKED."""
        raise NotImplementedError

    def prefill(self, items: list[Item]) -> None:
        """Put items into the unit before the run."""
        raise NotImplementedError

    def contents(self) -> list[Item]:
        """The items in the unit, for tests and views."""
        raise NotImplementedError

    def _freeze(self) -> None:
        """Execute is left."""

    def _thaw(self) -> None:
        """Execute is entered."""

    def _gates_changed(self) -> None:
        """``open`` has changed: set ``ready`` and whatever room depends on."""

    def room_wanted(self) -> None:
        """A sender waits: see to it that the joint settles when there is room again."""

    def priority(self, kind: int) -> int:
        """Rank of this unit's event among simultaneous ones."""
        return kind * RANKS + self._rank

    def refill(self) -> None:
        """An item has left: take the next ones, then see whether the unit starves or is blocked."""
        self.inlet.settle()
        self.judge()
        if self.listener is not None:
            self.listener(self)

    def judge(self) -> None:
        """Suspend when starved or blocked, unsuspend when there is work again."""
        state = self.state
        if state == EXECUTE:
            cause = self.rest_cause()
            if cause:
                if self._instant:
                    self.failures.execute_ends()
                    self._set(SUSPENDED, cause)
                else:
                    self.fire(Command.SUSPEND, cause)
        elif state == SUSPENDED and self.cause in (1, 2):
            cause = self.rest_cause()
            if not cause:
                if self._instant:
                    self._set(EXECUTE, 0)
                    self.failures.execute_begins()
                    self._thaw()
                else:
                    self.fire(Command.UNSUSPEND, self.cause)
            elif cause != self.cause:
                self._set(SUSPENDED, cause)

    def _left(self, item: Item) -> Item:
        """Count an item that leaves through the outfeed."""
        if item.quality == BAD:
            self.scrap += 1
        else:
            self.good += 1
        if self._write is not None:
            self._write((self.clock.time, self.index, _LEAVE, item.number, item.quality, 0.0))
        return item

    # -- states ------------------------------------------------------------------------------------

    def _set(self, state: int, cause: int) -> None:
        self._accounts.enter(state, self.mode, cause)
        self.state_since = now = self.clock.time
        self.state, self.cause = state, cause
        if self._write is not None:
            self._write((now, self.index, _STATE, 0, state_code(state, self.mode, cause), 0.0))
        if self.listener is not None:
            self.listener(self)

    def fire(self, trigger: Trigger, cause: int) -> None:
        """Follow the table from here; acting states without a duration are passed through."""
        target = self.table.get((self.state, trigger))
        if target is None:  # a table without, say, Suspended: the unit stays where it is
            return
        self._transient = None
        while target in ACTING:
            duration = self._durations.get(target, 0.0)
            if duration > 0:
                self._enter(target, cause)
                self._transient = Moment(self.clock, self._transient_done)
                self.clock.at(self.clock.time + duration, self.priority(TRANSIENT_DONE), self._transient)
                return
            target = self.table[(target, DONE)]
        self._enter(target, 0 if target == EXECUTE else cause)

    def _transient_done(self, moment: Moment) -> None:
        if moment is self._transient:
            self.fire(DONE, self.cause)

    def _enter(self, state: int, cause: int) -> None:
        if self.state == EXECUTE and state != EXECUTE:
            self._freeze()
            self.failures.execute_ends()
        self._set(int(state), int(cause))
        if state == EXECUTE:
            self.failures.execute_begins()
            self._thaw()
        self.gate()
        if not self.holds.reached(state):
            self.judge()

    def show(self, cause: int) -> None:
        """Stay in the state, for another cause."""
        self._set(self.state, cause)
        self.gate()

    def _may_open(self) -> bool:
        if self.holds.planned:
            return False
        if self.state in SUSPENDED_FAMILY:
            return self.cause != Cause.OPERATOR
        down = self.state in HELD_FAMILY and self.holds.by_failure
        return self.state == EXECUTE or (down and self._hands_over_when_down())

    def _hands_over_when_down(self) -> bool:
        return False

    def gate(self) -> None:
        """Open or close the ports as the state demands; hand-overs under way are revoked or take place."""
        may = self._may_open()
        if may == self.open:
            return
        self.open = may
        self._gates_changed()
        if may:
            self.outlet.settle()
            self.inlet.settle()
        else:
            self.outlet.revoke()
            self.inlet.revoke()

    # -- commands ----------------------------------------------------------------------------------

    def command(self, number: int) -> None:
        """Obey a PackML command (CntrlCmd number)."""
        check_command(self, number)
        self.note(Kind.COMMAND, number)
        keeps = number in (Command.UNHOLD, Command.UNSUSPEND, Command.CLEAR)
        none = number in (Command.RESET, Command.START, Command.COMPLETE)
        self.fire(number, self.cause if keeps else Cause.NONE if none else Cause.OPERATOR)
        if self.state in (State.STOPPED, State.IDLE) and keeps:
            self._set(self.state, Cause.NONE)

    def start_up(self) -> None:
        """At t = 0: as if Reset and Start had been given."""
        self._set(EXECUTE, Cause.NONE)
        self.open = True
        self._gates_changed()
        self.failures.execute_begins()
        self._thaw()

    def react(self, reaction: str, cause: int = Cause.SAFETY) -> None:
        """A safety function or alarm demands abort, stop or hold (others change no state)."""
        wanted = {"abort": Command.ABORT, "stop": Command.STOP, "hold": Command.HOLD}.get(reaction)
        if reaction == "hold" and cause == Cause.EQUIPMENT_FAILURE:
            self.holds.owe()
        if wanted is not None and (self.state, int(wanted)) in self.table:
            self.fire(int(wanted), cause)

    def force(self, state: int, mode: int = 0) -> None:
        """Enter a state (and mode) whatever the table says; only deliberate faults do so."""
        self._transient, self.mode = None, mode or self.mode
        self._enter(state, Cause.OPERATOR)

    def set_mode(self, mode: int) -> None:
        """Change the mode (1 production, 2 maintenance, 3 manual).

        Only in Stopped, Idle, Aborted or Complete.
        """
        check_mode(self, mode)
        if mode != self.mode:
            self.mode = int(mode)
            since = self.state_since
            self._set(self.state, self.cause)
            self.state_since = since

    def set_speed(self, speed: float) -> None:
        """Set the speed as a fraction of the design speed, 0.1 to 1.5; acts from the next service on."""
        check_speed(speed)
        self.speed = float(speed)
        self._changed()

    def select_recipe(self, number: int) -> None:
        """Select a recipe; only in Stopped, Idle, Aborted or Complete."""
        check_recipe(self, number)
        self.recipe = int(number)
        self._changed()

    def set_parameter(self, parameter: str, value: float) -> None:
        """Set a recipe parameter within its range."""
        check_parameter(self, parameter, value)
        self.parameters[parameter] = float(value)
        self._changed()

    def acknowledge(self, alarm: int) -> None:
        """Acknowledge an alarm."""
        if not self.alarms.acknowledge(alarm):
            raise CommandRefused(f"alarm {alarm} has nothing to acknowledge")
        self._changed()

    # -- at the machine, never over the network ----------------------------------------------------

    def trip(self, safety_id: str) -> None:
        """A safety device acts (button pressed, guard opened, gas found)."""
        self.safety.trip(safety_id)

    def release(self, safety_id: str) -> None:
        """The device is released; the function stays latched."""
        self.safety.release(safety_id)

    def reset_device(self, safety_id: str) -> None:
        """The latched function is reset at its device. Nothing starts by that."""
        self.safety.reset(safety_id)

    def set_permit(self, given: bool) -> None:
        """The operator gives or takes the local test permit."""
        self.permit = bool(given)
        self._changed()

    def set_sensor(self, sensor: str, value: float | None) -> None:
        """A sensor shows a value; ``None`` or NaN: it has failed."""
        self.safety.sense(sensor, value)
        self._changed()

    def raise_alarm(self, number: int) -> None:
        """Raise an alarm (no change of state)."""
        if self.alarms.raise_(number):
            self._note_alarm(number)

    def clear_alarm(self, number: int) -> None:
        """The reason of an alarm has gone."""
        if self.alarms.clear(number):
            self._note_alarm(-number)

    def _note_alarm(self, number: int) -> None:
        self.note(Kind.ALARM, number)
        self._changed()

    def note(self, kind: Kind, a: int, b: float = 0.0) -> None:
        """Write a row of the event log that is about no item."""
        if self._write is not None:
            self._write((self.clock.time, self.index, int(kind), 0, a, b))

    def _changed(self) -> None:
        if self.listener is not None:
            self.listener(self)

    @property
    def infeed(self) -> Any:
        """Port towards upstream (``PortView`` or ``RemoteInfeed``)."""
        return self.inlet.infeed_port

    @property
    def outfeed(self) -> Any:
        """Port towards downstream (``PortView`` or ``RemoteOutfeed``)."""
        return self.outlet.outfeed_port

    @property
    def counters(self) -> Counters:
        return Counters(self.entered, self.good, self.scrap, self.entered - self.good - self.scrap)

    def execute_seconds(self) -> float:
        """Seconds in Execute, up to now, since the statistics were last reset."""
        return self._accounts.seconds_in(EXECUTE)

    def seconds(self) -> dict[tuple[int, int, int], float]:
        """Seconds by (state, mode, cause), up to now, since the statistics were last reset."""
        return self._accounts.seconds()

    @property
    def state_times(self) -> dict[tuple[int, int], float]:
        """Seconds by (state, mode), up to now."""
        return self._accounts.state_times()

    @property
    def energy_wh(self) -> float:
        """Energy so far in Wh: seconds in each state times its power.

        Unlisted states take that of ``idle``.
        """
        return self._accounts.energy_wh({STATE_NAMES[k]: w for k, w in self.spec.energy_w.items()})

    def reset_seconds(self) -> None:
        """Start the time accounting anew (end of warm-up)."""
        self._accounts.reset()
        self.setup_s = self.binned_moments = 0.0
