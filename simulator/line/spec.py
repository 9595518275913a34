"""What a line file says. Times in seconds, lengths in metres, power in watts; times also as ``45 min``.

Every figure may be plain or ``{value: …, assumed: true, source: …}``; ``LineSpec.figures`` keeps what was
said about it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from simulator.line.distributions import Distribution, mean
from simulator.line.fields import (
    FileModel,
    Name,
    NotNegative,
    NotNegativeSeconds,
    Positive,
    PositiveSeconds,
    ScrapShare,
    want_different_names,
)
from simulator.line.figure import FiguredFile
from simulator.line.packml import State
from simulator.line.quality import QualityHoldSpec
from simulator.line.shifts import CalendarSpec, OperatorsSpec

MAX_UNITS = 200  # hand-overs of a blocked line cascade upstream by calls, within the event that releases them

STATE_NAMES: dict[str, int] = {state.name.lower(): int(state) for state in State}


class FailureSpec(FileModel):
    """One way to fail. ``clock: operation`` ages only in Execute, ``clock: time`` whenever the unit is up.

    With ``at`` instead of ``mtbf`` it fails once, at that time from the start of the run. ``scope: place`` stops only the
    place of the machine in which it happens; each place ages by its own work.
    """

    name: str = "failure"
    clock: Literal["operation", "time"] = "operation"
    scope: Literal["unit", "place"] = "unit"
    mtbf: Distribution
    mttr: Distribution
    alarm: Annotated[int, Field(ge=1, le=65535)] = 100
    at: PositiveSeconds | None = None
    needs_operator: bool | None = None  # left out: as soon as there are operators

    @model_validator(mode="before")
    @classmethod
    def _once(cls, data: Any) -> Any:
        """A failure at a given time has the clock of time, and that time for its mean."""
        if isinstance(data, dict) and data.get("at") is not None:
            if "mtbf" in data or data.get("clock", "time") != "time":
                raise ValueError("at: a failure at a given time has neither mtbf nor the clock of operation")
            if data.get("needs_operator"):
                raise ValueError("needs_operator: a failure at a given time ends at a given time and waits for nobody")
            return (
                data
                | {"needs_operator": False}
                | {"clock": "time", "mtbf": {"distribution": "deterministic", "mean": data["at"]}}
            )
        return data

    @model_validator(mode="before")
    @classmethod
    def _exponential(cls, data: Any) -> Any:
        """A plain ``mtbf: 45 min`` means an exponential distribution of that mean, as is usual for
        failures.
        """
        if isinstance(data, dict):
            plain = {k: v for k, v in data.items() if k in ("mtbf", "mttr") and not isinstance(v, dict | Distribution)}
            return data | {k: {"distribution": "exponential", "mean": v} for k, v in plain.items()}
        return data

    @field_validator("mtbf")
    @classmethod
    def _above_zero(cls, value: Distribution) -> Distribution:
        if mean(value) <= 0:
            raise ValueError("mtbf must be above 0")
        return value

    @model_validator(mode="after")
    def _of_a_place(self) -> FailureSpec:
        """What a place can not have: another clock, a given time, an operator."""
        if self.scope == "place":
            if self.clock != "operation":
                raise ValueError("scope: a place ages by its work, so clock: time and at go with scope: unit only")
            if self.needs_operator:
                raise ValueError("scope: operators are called to whole units: no needs_operator with scope: place")
        return self


class SensorSpec(FileModel):
    """A sensor with limits; crossing ``trip`` trips ``function``, and so does the loss of the sensor."""

    value: float = 0.0
    warn: float | None = None
    trip: float | None = None
    rising: bool = True
    function: str | None = None
    warn_alarm: Annotated[int, Field(ge=1, le=65535)] | None = None


class SafetySpec(FileModel):
    """A safety function. ``lockout`` only refuses Start.

    ``zone`` carries the reaction to every unit of the zone.
    """

    id: str
    reaction: Literal["abort", "stop", "hold", "warn", "lockout"] = "abort"
    zone: bool = False
    alarm: Annotated[int, Field(ge=1, le=65535)] = 900
    devices: tuple[str, ...] = ()


DEFAULT_SAFETY = (
    SafetySpec(id="S1", reaction="abort", zone=True, alarm=901, devices=("emergency_stop",)),
    SafetySpec(id="S2", reaction="abort", alarm=902, devices=("guard_switch",)),
    SafetySpec(id="S3", reaction="lockout", alarm=903, devices=("main_switch",)),
)


class ProcessValue(FileModel):
    """A value measured on every item, normally distributed."""

    mean: float
    sd: NotNegative = 0.0


class ParameterSpec(FileModel):
    """A recipe parameter that may be changed within [low, high]."""

    value: float
    low: float = float("-inf")
    high: float = float("inf")

    @model_validator(mode="after")
    def _ordered(self) -> ParameterSpec:
        if not self.low <= self.value <= self.high:
            raise ValueError("low, value and high must be in this order")
        return self


class _UnitBase(FileModel):
    name: Name
    profile: str = ""
    zone: str = "line"
    at_m: NotNegative | None = None
    failures: tuple[FailureSpec, ...] = ()
    transfer_s: NotNegativeSeconds = 0.0
    energy_w: dict[str, NotNegative] = Field(default={})
    transients: dict[str, NotNegativeSeconds] = Field(default={})
    auto_unhold: bool = True
    prefill: Annotated[int, Field(ge=0)] = 0
    recipes: tuple[Annotated[int, Field(ge=1)], ...] = (1,)
    parameters: dict[str, ParameterSpec] = Field(default={})
    process_values: dict[str, ProcessValue] = Field(default={})
    safety: tuple[SafetySpec, ...] = DEFAULT_SAFETY
    sensors: dict[str, SensorSpec] = Field(default={})

    @field_validator("energy_w", "transients")
    @classmethod
    def _states(cls, value: dict[str, float]) -> dict[str, float]:
        for key in value:
            if key not in STATE_NAMES:
                raise ValueError(f"unknown state {key}; states are {', '.join(STATE_NAMES)}")
        return value

    @model_validator(mode="after")
    def _references(self) -> _UnitBase:
        ids = [f.id for f in self.safety]
        if len(set(ids)) != len(ids):
            raise ValueError("safety functions must have different ids")
        for name, sensor in self.sensors.items():
            if sensor.function is not None and sensor.function not in ids:
                raise ValueError(f"sensor {name} names the safety function {sensor.function}, which is not listed")
        if len(set(self.recipes)) != len(self.recipes) or not self.recipes:
            raise ValueError("recipes must be a list of different numbers, at least one")
        return self


class MachineSpec(_UnitBase):
    """A machine: ``slots`` items in work at once, ``tray`` of them loaded, worked on and unloaded
    together. ``adds_g``: grams of each material that it adds to an item.
    """

    kind: Literal["machine"] = "machine"
    process_time: Distribution
    slots: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    tray: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    flush_s: PositiveSeconds | None = None
    changeover: Distribution | None = None
    scrap: ScrapShare = 0.0
    scrap_to: Literal["bin", "downstream"] = "bin"
    hands_over_when_down: bool = True
    adds_g: dict[str, NotNegative] = Field(default={})
    quality_holds: tuple[QualityHoldSpec, ...] = ()

    @model_validator(mode="after")
    def _sizes(self) -> MachineSpec:
        if mean(self.process_time) <= 0:
            raise ValueError("process_time must be above 0")
        if self.slots % self.tray:
            raise ValueError(f"slots ({self.slots}) must be a multiple of tray ({self.tray})")
        if self.prefill > self.slots:
            raise ValueError(f"prefill ({self.prefill}) is more than slots ({self.slots})")
        if self.prefill % self.tray:
            raise ValueError(f"prefill ({self.prefill}) must be a multiple of tray ({self.tray})")
        return self


class ConveyorSpec(_UnitBase):
    """A belt. ``spacing_m`` is the pitch of the items; ``capacity`` defaults to length / spacing."""

    kind: Literal["conveyor"]
    profile: str = "conveyor"
    length_m: Positive
    speed_m_s: Positive
    spacing_m: Positive
    capacity: Annotated[int, Field(ge=1)] | None = None
    accumulating: bool = True

    @field_validator("failures")
    @classmethod
    def _has_no_places(cls, value: tuple[FailureSpec, ...]) -> tuple[FailureSpec, ...]:
        for failure in value:
            if failure.scope == "place":
                raise ValueError(f"{failure.name}: a conveyor has no places that fail by themselves (leave out scope)")
        return value

    @property
    def places(self) -> int:
        """Most items on the belt at once. The small addition keeps 1.2 / 0.4 at 3."""
        return self.capacity or max(1, int(self.length_m / self.spacing_m + 1e-9))

    @model_validator(mode="after")
    def _fits(self) -> ConveyorSpec:
        if self.capacity and self.capacity > max(1, self.length_m / self.spacing_m + 1e-9):
            raise ValueError(f"capacity ({self.capacity}) does not fit: length_m / spacing_m is less")
        if self.prefill > self.places:
            raise ValueError(f"prefill ({self.prefill}) is more than the capacity ({self.places})")
        return self


class BufferSpec(FileModel):
    """Places between two machines, without transit time; 0 is direct hand-over. Not a unit.

    It has no states.
    """

    kind: Literal["buffer"]
    name: Name
    capacity: Annotated[int, Field(ge=0)]
    prefill: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _fits(self) -> BufferSpec:
        if self.prefill > self.capacity:
            raise ValueError(f"prefill ({self.prefill}) is more than the capacity ({self.capacity})")
        return self


UnitSpec = MachineSpec | ConveyorSpec
Part = Annotated[MachineSpec | ConveyorSpec | BufferSpec, Field(discriminator="kind")]


class SourceSpec(FileModel):
    """Where items come from: unlimited, or one per ``interval`` (those that find no room wait outside)."""

    interval: Distribution | None = None


class SinkSpec(FileModel):
    """Where items go: at once, or one per ``interval``."""

    interval: Distribution | None = None


class EventSpec(FileModel):
    """Something that happens at time ``at``: a safety device, a command at the panel, or somebody recovers the unit's zone."""

    at: NotNegativeSeconds
    unit: Name
    trip: str | None = None
    release: str | None = None
    reset: str | None = None
    command: Annotated[int, Field(ge=1, le=10)] | None = None
    recover: Literal["zone"] | None = None

    @model_validator(mode="after")
    def _one(self) -> EventSpec:
        if sum(x is not None for x in (self.trip, self.release, self.reset, self.command, self.recover)) != 1:
            raise ValueError("an event is exactly one of trip, release, reset, command, recover")
        return self


class BatchSpec(FileModel):
    """``count`` items of one recipe; the list of them is repeated."""

    recipe: Annotated[int, Field(ge=1)]
    count: Annotated[int, Field(ge=1)]


class CellSpec(FileModel):
    """The product, for energy and mass figures. ``black_mass``: the materials that recycling of scrap turns into it."""

    format: str = ""
    energy_wh: Positive
    capacity_ah: Positive | None = None
    black_mass: tuple[str, ...] = ()


class LineSpec(FiguredFile):
    """A line: its units in the order of the flow. ``takt``: the time in which one good item is wanted."""

    name: Name = "line"
    title: str = ""
    cell: CellSpec | None = None
    source: SourceSpec = SourceSpec()
    sink: SinkSpec = SinkSpec()
    units: Annotated[tuple[Part, ...], Field(min_length=1, max_length=MAX_UNITS)]
    plan: tuple[BatchSpec, ...] = ()
    events: tuple[EventSpec, ...] = ()
    calendar: CalendarSpec = CalendarSpec()
    operators: OperatorsSpec | None = None
    takt: PositiveSeconds | None = None
    grid_kg_co2e_per_kwh: NotNegative | None = None
    lot_size: Annotated[int, Field(ge=1)] = 1000

    @classmethod
    def completed(cls, plain: dict[str, Any]) -> dict[str, Any]:
        """A unit without a kind is a machine."""
        units = plain.get("units")
        if not isinstance(units, list | tuple):
            return plain
        return plain | {"units": [{"kind": "machine"} | u if isinstance(u, dict) else u for u in units]}

    @model_validator(mode="after")
    def _check(self) -> LineSpec:
        want_different_names("units", (u.name for u in self.units))
        _check_joints(self.units)
        _check_names(self)
        machines = {u.name: u for u in self.units if not isinstance(u, BufferSpec)}
        for index, event in enumerate(self.events):
            if event.unit not in machines:
                raise ValueError(f"events.{index}.unit: there is no unit {event.unit}")
            wanted = event.trip or event.release or event.reset
            own = not machines[event.unit].profile  # otherwise its functions are those of the profile
            if wanted and own and wanted not in {f.id for f in machines[event.unit].safety}:
                raise ValueError(f"events.{index}: {event.unit} has no safety function {wanted}")
        self.calendar.check(machines)
        for index, part in enumerate(self.units):
            if self.operators is None and any(f.needs_operator for f in getattr(part, "failures", ())):
                raise ValueError(
                    f"units.{index}.failures: a failure needs an operator, and the file has no 'operators:'"
                )
        for index, batch in enumerate(self.plan):
            lacking = [n for n, u in machines.items() if u.recipes != (1,) and batch.recipe not in u.recipes]
            if lacking:
                raise ValueError(f"plan.{index}.recipe: {', '.join(lacking)} has no recipe {batch.recipe}")
        return self


def _check_names(line: LineSpec) -> None:
    """Names that the file gives twice, or that nothing has."""
    for index, unit in enumerate(line.units):
        names = (f.name if "name" in f.model_fields_set else None for f in getattr(unit, "failures", ()))
        want_different_names(f"units.{index}.failures", names, f" in {unit.name}")
    added = {material for unit in line.units for material in getattr(unit, "adds_g", {})}
    for index, material in enumerate(line.cell.black_mass if line.cell else ()):
        if material not in added:
            raise ValueError(f"cell.black_mass.{index}: no unit adds {material}; units say what they add under adds_g")


def _check_joints(units: tuple[Part, ...]) -> None:
    for index, unit in enumerate(units):
        if not isinstance(unit, BufferSpec):
            continue
        before = units[index - 1] if index else None
        if before is None or index == len(units) - 1:
            raise ValueError(f"units.{index}: a buffer stands between two units")
        if isinstance(before, BufferSpec) or isinstance(units[index + 1], BufferSpec):
            raise ValueError(f"units.{index}: two buffers in a row; add their capacities")
        if before.transfer_s > 0:
            raise ValueError(f"units.{index}: a buffer takes items at once, so {before.name} can have no transfer_s")
