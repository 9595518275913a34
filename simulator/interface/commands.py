"""From written signals and called methods to commands of the unit; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from profiles.model import Access, Signal, SignalType
from profiles.pack import Profile
from simulator.faults import FaultSet
from simulator.interface.alarmbook import AlarmBook
from simulator.interface.equipment import RefusalKind, Refused, Value
from simulator.interface.identity import Identity
from simulator.line.commands import check_command, check_mode
from simulator.line.errors import CommandRefused
from simulator.line.packml import Command, Mode, State
from simulator.line.view import UnitView

if TYPE_CHECKING:
    from simulator.line.unit import Unit

AT_REST = (State.STOPPED, State.IDLE, State.ABORTED, State.COMPLETE)
RECOVERY = (Command.CLEAR, Command.RESET, Command.START, Command.UNHOLD)
_INTEGER_BOUNDS = {
    SignalType.INT16: (-(2**15), 2**15 - 1),
    SignalType.UINT16: (0, 2**16 - 1),
    SignalType.INT32: (-(2**31), 2**31 - 1),
    SignalType.UINT32: (0, 2**32 - 1),
    SignalType.INT64: (-(2**63), 2**63 - 1),
    SignalType.UINT64: (0, 2**64 - 1),
}


class Commands:
    """The written side of one unit: validates, then obeys."""

    def __init__(
        self,
        profile: Profile,
        unit: UnitView,
        identity: Identity,
        alarms: AlarmBook,
        faults: FaultSet,
        design_speed: float,
    ) -> None:
        self._profile = profile
        self._unit = unit
        self._identity = identity
        self._alarms = alarms
        self._faults = faults
        self._design_speed = design_speed
        self._handlers: dict[str, Callable[[Value], None]] = {
            "command.cntrl_cmd": self._cntrl_cmd,
            "command.unit_mode": lambda v: self.set_mode(int(v)),  # type: ignore[arg-type]
            "command.speed": lambda v: self.set_speed(float(v)),  # type: ignore[arg-type]
            "recipe.select": lambda v: self.select_recipe(int(v)),  # type: ignore[arg-type]
            "alarm.acknowledge": self._acknowledge,
            "identity.component_name": lambda v: setattr(identity, "component_name", str(v)),
            "identity.location": lambda v: setattr(identity, "location", str(v)),
            "identity.asset_id": lambda v: setattr(identity, "asset_id", str(v)),
        }
        self._numbers = {m.id: m.command for m in profile.methods.values() if m.command is not None}
        self._names = {number: name for name, number in self._numbers.items()}
        self.accepted = 0
        self.refused = 0
        self.revision = 1
        self.modified = False
        self.last: dict[str, Value] = {
            "command.cntrl_cmd": 0,
            "command.unit_mode": int(unit.mode),
            "command.speed": design_speed,
            "recipe.select": unit.recipe,
            "alarm.acknowledge": 0,
        }

    def validate(self, signal: Signal, value: Value) -> Value:
        """Check access, type, enumeration and range. Raises ``Refused``."""
        if signal.access is not Access.READ_WRITE:
            raise Refused(RefusalKind.NOT_WRITABLE, f"{signal.id} is read-only")
        wrong = self._faults.on_write(signal.id)
        if wrong == "refuse":
            raise Refused(RefusalKind.BAD_STATE, f"{signal.id} cannot be written now")
        value = _typed(signal, value)
        if wrong in ("unchecked", "swallow"):
            return value
        if signal.enum is not None and value not in signal.enum:
            raise Refused(RefusalKind.OUT_OF_RANGE, f"{signal.id} = {value!r} is none of {list(signal.enum)}")
        if signal.range is not None and isinstance(value, (int, float)):
            low, high = signal.range
            if not low <= value <= high:  # also refuses NaN
                raise Refused(RefusalKind.OUT_OF_RANGE, f"{signal.id} = {value} lies outside {low} to {high}")
        if signal.length is not None and isinstance(value, str) and len(value.encode()) > signal.length:
            raise Refused(RefusalKind.OUT_OF_RANGE, f"{signal.id} is longer than {signal.length} bytes")
        return value

    def write(self, signal: str, value: Value) -> None:
        """Obey a write that ``validate`` has let through. Raises ``Refused``."""
        if self._faults.on_write(signal) == "swallow":
            return
        try:
            if signal in self._profile.parameters:
                self._set_parameter(signal, value)
            else:
                self._handlers[signal](value)
        except CommandRefused as error:
            raise Refused(RefusalKind.BAD_STATE, error.reason) from None
        self.last[signal] = value

    def call(self, method: str, arguments: list[Value]) -> list[Value]:
        """Obey a method. Raises ``Refused``."""
        declared = self._profile.methods.get(method)
        if declared is None:
            raise Refused(RefusalKind.UNKNOWN, f"there is no method {method}")
        if len(arguments) != len(declared.arguments):
            raise Refused(
                RefusalKind.BAD_TYPE, f"{method} takes {len(declared.arguments)} arguments, not {len(arguments)}"
            )
        if declared.command is not None:
            self.command(declared.command)
        elif method == "set_unit_mode":
            self._counted(lambda: self.set_mode(int(arguments[0])))  # type: ignore[arg-type]
        elif method == "set_mach_speed":
            self._counted(lambda: self.set_speed(float(arguments[0])))  # type: ignore[arg-type]
        return []

    def command(self, number: int) -> None:
        """Obey a PackML command. Raises ``Refused``; counts both outcomes."""
        self._counted(lambda: self._command(number))

    def _counted(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Refused:
            if not self._faults.has("command.no_refused_count"):
                self.refused += 1
            raise
        if not self._faults.has("command.no_accepted_count"):
            self.accepted += 1

    def _command(self, number: int) -> None:
        wrong = self._faults.on_command(self._names.get(number, str(number)))
        if wrong == "refuse":
            raise Refused(RefusalKind.BAD_STATE, "refused")
        if wrong == "accept":
            return
        if wrong is not None and wrong.startswith("force:"):
            self._unit.force(int(wrong.removeprefix("force:")))
            return
        if number in RECOVERY and not self._faults.has("command.recovers_with_alarm"):
            self._need_clear_alarms(number)
        try:
            if wrong == "swallow":
                check_command(cast("Unit", self._unit), number)
            else:
                self._unit.command(number)
        except CommandRefused as error:
            raise Refused(RefusalKind.BAD_STATE, error.reason) from None

    def _need_clear_alarms(self, number: int) -> None:
        """Unhold and Start wait until every alarm that held the unit is gone and acknowledged."""
        if number not in (Command.START, Command.UNHOLD):
            return
        for alarm in self._alarms.active():
            if self._profile.alarms[alarm].reaction in ("hold", "stop", "abort"):
                raise Refused(RefusalKind.BAD_STATE, f"alarm {alarm} is active or not acknowledged")

    def _cntrl_cmd(self, value: Value) -> None:
        if value:
            self.command(int(value))  # type: ignore[arg-type]

    def set_mode(self, mode: int) -> None:
        wrong = self._faults.on_command("set_unit_mode")
        if wrong == "refuse":
            raise Refused(RefusalKind.BAD_STATE, "refused")
        if mode not in tuple(Mode):
            raise Refused(RefusalKind.OUT_OF_RANGE, f"there is no mode {mode}")
        if mode != Mode.MAINTENANCE and self._unit.safety.status.get("lockout", "ok") != "ok":
            raise Refused(RefusalKind.BAD_STATE, "locked out for maintenance at the machine")
        try:
            if wrong == "force":
                self._unit.force(self._unit.state, mode)
            elif wrong == "swallow":
                check_mode(cast("Unit", self._unit), mode)
            else:
                self._unit.set_mode(mode)
        except CommandRefused as error:
            raise Refused(RefusalKind.BAD_STATE, error.reason) from None

    def set_speed(self, speed: float) -> None:
        """Speed in items per minute; 10 % to 150 % of the design speed."""
        try:
            self._unit.set_speed(speed / self._design_speed)
        except CommandRefused as error:
            raise Refused(RefusalKind.OUT_OF_RANGE, error.reason) from None
        self.last["command.speed"] = speed

    def select_recipe(self, number: int) -> None:
        """Select a recipe and load its values. Raises ``Refused``."""
        recipe = self._profile.recipes.get(number)
        if recipe is None:
            raise Refused(
                RefusalKind.OUT_OF_RANGE, f"there is no recipe {number}; there are {list(self._profile.recipes)}"
            )
        if self._unit.state not in AT_REST and not self._faults.has("recipe.select_any_time"):
            raise Refused(RefusalKind.BAD_STATE, f"no recipe can be selected in state {self._unit.state}")
        if self._unit.state in AT_REST:
            self._unit.select_recipe(number)
        if not self._faults.has("recipe.keeps_parameters"):
            for name, value in recipe.values.items():
                self._unit.set_parameter(name, float(value))
        self.modified = False
        if not self._faults.has("recipe.no_revision"):
            self.revision = self.revision % 65535 + 1

    def _set_parameter(self, signal: str, value: Value) -> None:
        if self._unit.state not in AT_REST and not self._faults.has("parameter.any_time"):
            raise Refused(RefusalKind.BAD_STATE, f"no parameter can be changed in state {self._unit.state}")
        self._unit.parameters[signal] = float(value)  # type: ignore[arg-type]
        if not self._faults.has("parameter.not_noted"):
            self.modified = self.modified or value != self._profile.recipes[self._unit.recipe].values[signal]
            self.revision = self.revision % 65535 + 1

    def _acknowledge(self, value: Value) -> None:
        if value:
            self._alarms.acknowledge(int(value), confirm=True)  # type: ignore[arg-type]


def _typed(signal: Signal, value: Value) -> Value:
    """The value as the signal's Python type. Raises ``Refused``."""
    kind = signal.type
    if kind is SignalType.BOOL:
        good = isinstance(value, bool)
    elif kind in (SignalType.STRING, SignalType.LOCALIZED):
        good = isinstance(value, str)
    elif kind in _INTEGER_BOUNDS:
        good = isinstance(value, int) and not isinstance(value, bool)
        low, high = _INTEGER_BOUNDS[kind]
        if good and not low <= value <= high:  # type: ignore[operator]
            raise Refused(RefusalKind.OUT_OF_RANGE, f"{signal.id} = {value} does not fit {kind}")
    elif kind is SignalType.DATETIME:
        good = hasattr(value, "tzinfo")
    else:
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not good:
        raise Refused(RefusalKind.BAD_TYPE, f"{signal.id} is a {kind}, not {type(value).__name__}")
    return value
