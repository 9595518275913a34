"""The profile language: what an equipment interface offers and promises, as validated, frozen data.

Everything here mirrors the YAML of a pack one to one. Addresses are zero-based Modbus PDU addresses; OPC UA nodes
are bound by browse paths of qualified names relative to the machine's object under ``Objects/Machines``.
The module is long because it is one document's grammar, and a grammar is read in one piece.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
SignalId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")]


def _three_numbers(value: Any) -> Any:
    """YAML reads 1.1 as a number; said before pydantic says that it is no text."""
    shown = str(value)[:20]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        whole = shown + ".0" * (2 - shown.count("."))
        raise ValueError(f'{shown} is a number, no version; write three numbers and quote them: "{whole}"')
    if isinstance(value, str) and not re.fullmatch(_SEMVER, value):
        raise ValueError(f"'{shown}' is no version; write three numbers, for example \"1.1.0\"")
    return value


_SEMVER = r"^\d+\.\d+\.\d+$"
SemVer = Annotated[str, Field(pattern=_SEMVER), BeforeValidator(_three_numbers)]


class Text(_Frozen):
    """One text in the two languages of the project."""

    en: str = Field(min_length=1)
    ja: str = Field(min_length=1)

    def in_language(self, lang: str) -> str:
        return self.ja if lang.startswith("ja") else self.en


class Trust(StrEnum):
    """How far a source can be trusted; the tag travels with the figure."""

    A = "A"  # specification, official nodeset or official code
    B = "B"  # trade press, vendor
    C = "C"  # single unconfirmed statement
    D = "D"  # derived by arithmetic
    K = "K"  # general knowledge, to be checked
    S = "S"  # our own assumption


class Source(_Frozen):
    """Where a sentence or a figure comes from."""

    ref: str = Field(min_length=1)
    clause: str | None = None
    trust: Trust


class SignalType(StrEnum):
    BOOL = "bool"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    STRING = "string"
    LOCALIZED = "localized"  # LocalizedText on OPC UA, UTF-8 string on Modbus
    DATETIME = "datetime"  # UtcTime on OPC UA, uint64 milliseconds since 1970 on Modbus


REGISTERS_OF: dict[SignalType, int] = {
    SignalType.INT16: 1,
    SignalType.UINT16: 1,
    SignalType.INT32: 2,
    SignalType.UINT32: 2,
    SignalType.FLOAT32: 2,
    SignalType.INT64: 4,
    SignalType.UINT64: 4,
    SignalType.FLOAT64: 4,
    SignalType.DATETIME: 4,
}
"""Registers taken by each numeric type; strings declare their own ``words``."""


class Table(StrEnum):
    """The four Modbus tables and the digit of their printed references."""

    COIL = "coil"
    DISCRETE = "discrete"
    INPUT = "input"
    HOLDING = "holding"

    @property
    def is_bits(self) -> bool:
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def is_writable(self) -> bool:
        return self in (Table.COIL, Table.HOLDING)

    @property
    def reference_base(self) -> int:
        return {Table.COIL: 1, Table.DISCRETE: 100001, Table.INPUT: 300001, Table.HOLDING: 400001}[self]


class WordOrder(StrEnum):
    BIG = "big"  # most significant register first
    LITTLE = "little"  # least significant register first


class OpcuaBinding(_Frozen):
    """A variable, by browse path from the machine object: ``pml:PackML/pml:Status/pml:StateCurrent``.

    Each step is ``prefix:BrowseName``; prefixes are declared in the pack's ``namespaces``.
    """

    path: str = Field(pattern=r"^[a-z]+:[^/:]+(/[a-z]+:[^/:]+)*$")

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The path as (prefix, name) pairs."""
        return [(prefix, name) for prefix, _, name in (step.partition(":") for step in self.path.split("/"))]


class ModbusBinding(_Frozen):
    """A place in one of the four tables. ``raw = value / scale``; strings are UTF-8, NUL-padded, two bytes a register."""

    table: Table
    address: int = Field(ge=0, le=65535)
    words: int | None = Field(default=None, ge=1, le=123)
    scale: float = 1.0
    write_functions: tuple[Literal[5, 6, 15, 16, 22, 23], ...] | None = None
    sentinel: int | None = None  # raw value that says "not implemented"
    group: str | None = None  # registers of one group change together

    @property
    def reference(self) -> str:
        """The printed reference of classic PLC manuals, one-based: ``400001`` is holding register 0."""
        return f"{self.table.reference_base + self.address:06d}"


class Access(StrEnum):
    READ = "r"
    READ_WRITE = "rw"


class Direction(StrEnum):
    """Seen from the equipment: ``out`` is what it reports, ``in`` what is written to it."""

    OUT = "out"
    IN = "in"


class Signal(_Frozen):
    """One data point with one meaning and up to two bindings."""

    id: SignalId
    title: Text
    type: SignalType
    direction: Direction = Direction.OUT
    access: Access = Access.READ
    unit: str | None = None  # UCUM code: s, mm, Cel, W.h, %
    range: tuple[float, float] | None = None
    enum: dict[int, str] | None = None
    length: int | None = Field(default=None, ge=1, le=255)  # characters of a string
    update_ms: int = Field(default=500, ge=10)
    option: Slug | None = None  # required only where this option is claimed
    constant: bool = False  # never changes while the equipment runs
    tolerance: float | None = None  # agreement between protocols, in the signal's unit
    value: Any | None = None  # a constant that the profile prescribes
    opcua: OpcuaBinding | None = None
    modbus: ModbusBinding | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> Signal:
        if self.opcua is None and self.modbus is None:
            raise ValueError("has no binding; give opcua, modbus or both")
        if self.range is not None and self.range[0] > self.range[1]:
            raise ValueError(f"range {list(self.range)} is empty; put the smaller bound first")
        binding = self.modbus
        if binding is not None:
            self._check_modbus(binding)
        return self

    def _check_modbus(self, binding: ModbusBinding) -> None:
        if binding.table.is_bits != (self.type is SignalType.BOOL):
            raise ValueError(f"type {self.type} cannot live in table {binding.table}; bool goes to coil or discrete")
        if self.access is Access.READ_WRITE and not binding.table.is_writable:
            raise ValueError(f"is writable but bound to read-only table {binding.table}; use coil or holding")
        if binding.scale == 0:
            raise ValueError("scale 0 cannot be inverted; use 1 for none")
        is_text = self.type in (SignalType.STRING, SignalType.LOCALIZED)
        if is_text and binding.words is None:
            raise ValueError("a string on Modbus needs 'words', the number of its registers")
        if not is_text and binding.words is not None and binding.words != REGISTERS_OF.get(self.type, 1):
            raise ValueError(f"words {binding.words} does not fit type {self.type}; leave it out")
        if binding.address + self.registers > 65536:
            raise ValueError(f"address {binding.address} with {self.registers} registers runs past 65535")

    @property
    def registers(self) -> int:
        """Registers (or bits) that the Modbus binding takes; 0 without one."""
        if self.modbus is None:
            return 0
        return self.modbus.words or REGISTERS_OF.get(self.type, 1)


class Option(_Frozen):
    """Something an equipment may claim or leave out."""

    id: Slug
    title: Text
    default: bool = True


class Method(_Frozen):
    """An OPC UA method, by browse path, and the PackML command it stands for."""

    id: Slug
    title: Text
    path: str
    command: int | None = None
    arguments: tuple[tuple[str, SignalType], ...] = ()
    option: Slug | None = None


class Reaction(StrEnum):
    """What the unit does when an alarm or safety function becomes active."""

    NONE = "none"
    WARN = "warn"
    HOLD = "hold"
    STOP = "stop"
    ABORT = "abort"


class AlarmCategory(StrEnum):
    PROCESS = "process"
    EQUIPMENT = "equipment"
    HANDOVER = "handover"
    MATERIAL = "material"
    SAFETY = "safety"
    COMMUNICATION = "communication"


class Alarm(_Frozen):
    """One alarm; ``number`` is its bit in the Modbus alarm words (word number // 16, bit number % 16, bit 0 lowest)."""

    number: int = Field(ge=1, le=127)
    id: Slug
    severity: int = Field(ge=1, le=1000)  # OPC UA severity
    category: AlarmCategory
    reaction: Reaction
    latched: bool = True  # stays until acknowledged, even when its cause is gone
    text: Text


class Device(_Frozen):
    """A device that the unit must have; its signal reads 1 while it is healthy."""

    id: Slug
    title: Text
    signal: SignalId
    functions: tuple[str, ...] = ()  # ids of the safety functions it serves
    source: tuple[Source, ...] = ()


class Trigger(_Frozen):
    """When a safety function acts: a bool signal equal to ``equals``, or a number beyond ``above``/``below``."""

    signal: SignalId
    equals: bool | None = None
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _has_one_condition(self) -> Trigger:
        if sum(x is not None for x in (self.equals, self.above, self.below)) != 1:
            raise ValueError("needs exactly one of equals, above, below")
        return self


class SafetyFunction(_Frozen):
    """A safety function as the interface reports it: condition, visible reaction, time to react."""

    id: Slug
    title: Text
    function: str = Field(pattern=r"^S\d+$")  # S1…S11 of the safety reading
    ok_signal: SignalId  # reads 1 while the function is satisfied
    trigger: Trigger
    reaction: Reaction
    reaction_time_s: float = Field(gt=0)
    alarm: int
    latched: bool = True
    revokes_handover: bool = True
    fail_safe_sensor: bool = False
    source: tuple[Source, ...]


class Recipe(_Frozen):
    number: int = Field(ge=1, le=65535)
    id: Slug
    version: SemVer
    title: Text
    values: dict[SignalId, float | int | bool | str]


class HandoverTimer(_Frozen):
    """One of the five hand-over timers: from one event to the next, watched by one side."""

    id: Slug
    title: Text
    seconds: float = Field(gt=0)
    start: str
    stop: str
    watched_by: Literal["sender", "receiver", "both"]
    alarm: int
    source: tuple[Source, ...]


class HandoverRules(_Frozen):
    """The hand-over of a profile: timers, heartbeat, and what may be handed over."""

    timers: dict[Slug, HandoverTimer]
    heartbeat_s: float = Field(gt=0)
    heartbeat_loss_s: float = Field(gt=0)
    clear_s: float = Field(gt=0)
    item_kinds: dict[int, str]
    item_qualities: dict[int, str]
    source: tuple[Source, ...]


class State(_Frozen):
    number: int
    name: str
    title: Text
    acting: bool = False  # ends by itself ("state complete")


class Transition(_Frozen):
    source: int = Field(alias="from")
    on: str
    target: int = Field(alias="to")


class StateTableSpec(_Frozen):
    """States and transitions; ``illegal`` names the state that an event without a transition leads to, if any."""

    id: Slug
    initial: int
    illegal: int | None = None
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    tolerated: tuple[tuple[int, str], ...] = ()  # (state, event) pairs that are ignored
    sources: tuple[Source, ...]


class Level(StrEnum):
    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Severity(StrEnum):
    """What a violation costs; it orders the report and never decides the exit code."""

    SAFETY = "safety"
    ITEM_LOSS = "item-loss"
    DATA = "data"
    COSMETIC = "cosmetic"


class Impact(StrEnum):
    """What a check does to the equipment, mildest first."""

    OBSERVE = "observe"
    WRITE = "write"
    ACTUATE = "actuate"
    DISRUPT = "disrupt"
    OPERATOR = "operator"

    @property
    def rank(self) -> int:
        return list(Impact).index(self)


class Protocol(StrEnum):
    OPCUA = "opcua"
    MODBUS = "modbus"


class Applies(_Frozen):
    """To what a requirement applies; empty means everything."""

    kinds: tuple[Slug, ...] = ()  # profile names or abstract bases
    protocols: tuple[Protocol, ...] = ()  # needs all of these
    options: tuple[Slug, ...] = ()  # needs all of these claimed
    signals: tuple[SignalId, ...] = ()  # the profile has all of these


class Requirement(_Frozen):
    """One normative sentence with a stable id, decided by a check or excluded with a reason."""

    id: str = Field(pattern=r"^[A-Z]{2,4}-[A-Z0-9]{2,12}-\d{3}$")
    area: Slug
    level: Level
    severity: Severity
    since: SemVer
    text: Text
    remedy: Text
    source: tuple[Source, ...] = Field(min_length=1)
    applies_to: Applies = Applies()
    impact: Impact = Impact.OBSERVE
    parameters: dict[Slug, float | int | str | bool | list[Any]] = {}
    check: str | None = Field(default=None, pattern=r"^[a-z_]+\.[a-z0-9_]+$")
    excluded: Text | None = None
    faults: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_decided(self) -> Requirement:
        if (self.check is None) == (self.excluded is None):
            raise ValueError("needs either 'check' or 'excluded', the reason why it has none")
        if self.check is not None and not self.faults:
            raise ValueError("names no fault; a check that no fault can fail does not exist")
        return self


class PackSpec(_Frozen):
    """The file ``pack.yaml``. ``namespaces`` maps the prefixes of browse paths to URIs."""

    pack: Slug
    version: SemVer
    extends: str | None = None  # a bundled pack, or a folder relative to this one
    namespaces: dict[Annotated[str, Field(pattern=r"^[a-z]+$")], str] = {}
    first_areas: tuple[Slug, ...] = ()  # areas of the ledger that are checked before the others, in this order
    note: str | None = None


class Basis(_Frozen):
    """Which guideline a profile reads, and with what authority."""

    guideline: Text
    edition: str
    statement: Text
    sources: tuple[Source, ...]


class ProfileSpec(_Frozen):
    """One profile file, after ``extends`` has been resolved."""

    elsewhere: ClassVar[dict[str, str]] = {
        "requirements": "requirements stand in the ledger of a pack, ledger/*.yaml; see docs/profiles.md",
        "namespaces": "namespaces stand in pack.yaml; see docs/profiles.md",
        "claims": "claims stand in the target file of an equipment; see docs/target-files.md",
    }
    """Keys that people look for here, and where they stand."""

    profile: Slug
    version: SemVer
    title: Text
    kind: Literal["equipment", "machine", "conveyor"] = "machine"
    abstract: bool = False
    basis: Basis
    options: dict[Slug, Option]
    word_order: WordOrder = WordOrder.BIG
    signals: dict[SignalId, Signal]
    methods: dict[Slug, Method]
    alarms: dict[int, Alarm]
    safety: dict[Slug, SafetyFunction]
    devices: dict[Slug, Device]
    parameters: tuple[SignalId, ...] = ()
    process_values: tuple[SignalId, ...] = ()
    recipes: dict[int, Recipe] = {}
    handover: HandoverRules
