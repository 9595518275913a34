"""What a check may do: the whole surface between a check and the world.

A check is an ``async def`` that takes a ``Context``, drives and observes the target through it, and *states
expectations*. It decides nothing: the runner derives the verdict. It never sleeps, never imports asyncio and never
catches target errors: a refused connection, a time-out or a lost target is the runner's business.

All times given to and returned by a context are **machine seconds**: the target file's ``time_scale`` (a mock that runs
ten times faster) is applied inside. The module is long because it is one surface, and is read in one piece.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from profiles.model import Protocol as Wire
from profiles.model import Requirement
from profiles.pack import Profile

Value = bool | int | float | str | datetime | None


@dataclass(frozen=True)
class Reading:
    """One value read from the target, or the status that came instead of it."""

    signal: str
    via: Wire
    value: Value
    ok: bool
    status: str  # OPC UA status name, "OK", "exception 02 illegal data address", …
    at: float  # machine seconds on the tester's monotonic clock, at receipt
    uncertainty: float  # half the round trip plus the poll or sampling interval, machine seconds
    source_time: datetime | None = None
    server_time: datetime | None = None
    raw: tuple[int, ...] | None = None  # registers as received
    evidence: int = -1  # index into the transcript


@dataclass(frozen=True)
class Outcome:
    """The target's answer to a write, command or call."""

    accepted: bool
    status: str
    at: float
    outputs: tuple[Value, ...] = ()
    evidence: int = -1


@dataclass(frozen=True)
class Observation:
    """Whether something was seen in time: ``elapsed`` machine seconds from the call (or ``since``) to the sight of it."""

    met: bool
    elapsed: float
    uncertainty: float
    last: Reading | None
    evidence: tuple[int, ...] = ()


Evidence = Sequence[int] | int | Reading | Observation
"""What an expectation rests on: entries of the transcript, or what was read, which also says of which signal and where."""


@dataclass(frozen=True)
class Timeline:
    """Changes of some signals over a stretch of time: (machine seconds, value) per signal, first value included."""

    started: float
    ended: float
    changes: Mapping[str, Sequence[tuple[float, Value]]] = field(default_factory=dict)

    def values(self, signal: str) -> list[Value]:
        return [value for _, value in self.changes.get(signal, ())]


@dataclass(frozen=True)
class WireReply:
    """What came back on a raw Modbus exchange. ``pdu`` is empty when nothing came or the connection was closed."""

    pdu: bytes
    closed: bool
    timed_out: bool
    transaction: int | None
    protocol: int | None
    unit: int | None
    elapsed: float
    evidence: int = -1
    wall_s: float = 0.0  # elapsed in wall seconds: a mock's network does not run faster with its machine

    @property
    def exception(self) -> int | None:
        """The exception code, where the reply is an exception."""
        return self.pdu[1] if len(self.pdu) >= 2 and self.pdu[0] & 0x80 else None


class ModbusWire(Protocol):
    """Raw frames, for what no well-behaved client would send. Each exchange uses its own connection."""

    @property
    def unit(self) -> int:
        """The unit id of the target."""

    async def exchange(self, pdu: bytes, *, unit: int | None = None, timeout: float | None = None) -> WireReply:
        """Send one PDU in a correct MBAP frame; return the first reply."""

    async def send_raw(self, frame: bytes, *, replies: int = 1, timeout: float | None = None) -> list[WireReply]:
        """Send bytes as they are; return up to ``replies`` replies (fewer when it closes or stays silent)."""

    async def send_pieces(self, pieces: Sequence[bytes]) -> WireReply:
        """Send one frame in several pieces, each a segment of its own; return the first reply."""

    async def pipeline(self, pdus: Sequence[bytes]) -> list[WireReply]:
        """Send all PDUs at once on one connection; return their replies in order of arrival."""

    async def is_alive(self) -> bool:
        """Whether a new connection gets a correct answer to a plain read."""

    async def connect_many(self, count: int) -> int:
        """Open connections at the same time and read on each; return how many were answered."""


@dataclass(frozen=True)
class NodeFacts:
    """What the address space says of one node."""

    found: bool
    path: str
    node_class: str = ""
    type_definition: str = ""
    data_type: str = ""
    unit_text: str | None = None  # EngineeringUnits display name
    unit_id: int | None = None
    range: tuple[float, float] | None = None
    access: frozenset[str] = frozenset()  # read, write (from UserAccessLevel)
    display_name: str = ""
    locales: frozenset[str] = frozenset()
    executable: bool | None = None
    namespace_uri: str = ""
    enumeration: Mapping[int, str] | None = None  # from EnumStrings or EnumValues


@dataclass(frozen=True)
class Declared:
    """What a variable says of its values, and the built-in type that its value really has."""

    found: bool
    node_class: str = ""
    data_type: str = ""  # a built-in type's name, else the node id of the data type
    built_in: str = ""  # of the value; empty if it has none
    scalar: bool = True
    access: frozenset[str] = frozenset()  # read, write (from AccessLevel and UserAccessLevel)


@dataclass(frozen=True)
class Quiet:
    """A subscription with nothing to report: keep-alive messages seen, and what the server promised."""

    seen: int
    period_s: float  # machine seconds between two keep-alive messages, as revised by the server
    elapsed: float
    uncertainty: float
    status: str = "Good"


@dataclass(frozen=True)
class AlarmEvent:
    """One condition event, as received."""

    number: int | None
    name: str
    event_id: bytes
    condition_node: str
    active: bool | None
    acked: bool | None
    confirmed: bool | None
    retain: bool | None
    severity: int
    message: str
    locale: str | None
    time: datetime | None
    at: float
    evidence: int = -1


class OpcuaServices(Protocol):
    """What a check may ask of an OPC UA server beside the profile's signals and methods."""

    async def facts(self, path: str) -> NodeFacts:
        """Facts of a node by browse path (``prefix:Name/…``) from the machine object; from Objects with a leading ``/``."""

    async def children(self, path: str) -> list[str]:
        """``prefix:Name`` of the hierarchical children (unknown namespaces: the URI as prefix)."""

    async def declared(self, signals: Sequence[str]) -> dict[str, Declared]:
        """Node class, data type, rank and access of the nodes of signals, in few requests."""

    async def writable_variables(self) -> dict[str, str | None]:
        """Browse path → signal id (``None``: of no signal) of every variable beneath the machine that can be written."""

    async def texts(self, signals: Sequence[str], locale: str) -> dict[str, tuple[str, str]]:
        """(text, locale) of DisplayName as a session with this locale is shown it."""

    async def namespace_array(self) -> list[str]: ...

    async def endpoints(self) -> list[dict[str, Any]]:
        """Offered endpoints: url, policy, mode, tokens (list of str)."""

    async def server_status(self) -> dict[str, Any]:
        """state (int), start_time, current_time, service_level, product_uri, manufacturer, product_name, version, build."""

    async def read_attribute(self, path: str, attribute: str) -> Reading: ...

    async def read_raw(self, requests: Sequence[dict[str, Any]], **options: Any) -> list[Reading]:
        """A Read service call with options that a client library hides (index_range, timestamps, max_age)."""

    async def browse_all(self, path: str, *, max_references: int) -> tuple[int, int, int]:
        """(references found through BrowseNext with a small page, found at once, in the first page)."""

    async def keep_alives(self, *, interval_s: float, count: int, wanted: int) -> Quiet:
        """Open a subscription without monitored items and wait for keep-alive messages, at most twice as long as promised."""

    async def subscribe(
        self, signals: Sequence[str], *, interval_s: float, for_s: float, trigger: Callable[[], Any] | None = None
    ) -> Timeline:
        """Data changes notified by a real subscription; ``trigger`` is awaited after the first values have come."""

    async def alarm_events(
        self,
        *,
        for_s: float,
        refresh: bool = False,
        trigger: Callable[[], Any] | None = None,
        until: Callable[[AlarmEvent], bool] | None = None,
    ) -> list[AlarmEvent]:
        """Condition events from the machine; with ``refresh``, after ConditionRefresh; ends early when ``until`` holds."""

    async def acknowledge(self, event: AlarmEvent, comment: str) -> Outcome: ...

    async def confirm(self, event: AlarmEvent, comment: str) -> Outcome: ...

    async def write_wrong_type(self, signal: str) -> Outcome:
        """Write a value of another built-in type than the signal's."""

    async def call_raw(self, method: str, arguments: Sequence[Any]) -> Outcome:
        """Call with arguments as given, right or wrong in number and type."""

    async def connect_anonymous(self) -> Outcome: ...

    async def connect_secure(self, policy: str) -> Outcome:
        """A second session, signed and encrypted, as the target file's user if it names one."""

    async def connect_with(self, user: str, password: str) -> Outcome: ...

    async def connect_wrong_password(self) -> Outcome:
        """A second session as the target file's user, with a password that is wrong."""


class Operator(Protocol):
    """The person at the machine: a prompt for a real one, the panel of a mock."""

    async def act(self, action: str, **details: Any) -> None:
        """Have something done at the machine and return when it is done.

        Actions: ``trip``/``release``/``reset_device`` (function=safety id), ``permit`` (on=), ``sensor`` (signal=, value=),
        ``sensor_fail`` (signal=, on=), ``device`` (device=, ok=), ``alarm_raise``/``alarm_clear`` (number=), ``mode`` (mode=),
        ``cut`` (protocol=, seconds=: the connection is lost).
        """


class Neighbour(Protocol):
    """The tester in the role of the unit's neighbour on one port. Its heartbeat runs while the context is open.

    On ``infeed`` the tester is the *sender* (available, busy, finished, safe and the item);
    on ``outfeed`` the tester is the *receiver* (ready, start, stop, safe and the accepted item id).
    """

    port: str

    @property
    def late(self) -> str:
        """How the tester itself was later than a timer of the unit allows; empty while it was in time."""

    async def set(self, **levels: Any) -> Outcome:
        """Write peer signals by short name (``available=True``, ``item_id="X1"``), as one step where the protocol allows."""

    async def offer(self, item_id: str | None = None, kind: int = 1, quality: int = 1, *, torn: bool = False) -> str:
        """Sender: write the item with its sequence numbers, then raise ``available``. Returns the item id.

        ``torn`` leaves the second sequence number behind, as if the data were still being written.
        """

    async def see(self, within_s: float, **levels: Any) -> Observation:
        """Wait until the unit's own outputs on this port have these levels (``ready=True``)."""

    async def read(self, *names: str) -> Mapping[str, Reading]:
        """The unit's own outputs on this port by short name, of one look, over this neighbour's protocol."""

    async def transfer(
        self,
        *,
        finish: str = "sender_first",
        first: str | None = None,
        item_id: str | None = None,
        kind: int = 1,
        quality: int = 1,
        within_s: float | None = None,
    ) -> Mapping[str, Any]:
        """One complete good transfer (either role), ``finish`` = ``sender_first`` or ``receiver_first``.

        ``first`` is who shall be willing first where the tester receives (``sender`` or ``receiver``). Returns what was seen: ``ok``, ``item_id``, ``kind``,
        ``quality``, ``echo`` (the tester sends) or ``seq`` (it receives), ``failed_step``, ``states``, ``evidence``. Look
        at ``late`` before you blame the unit for a transfer that failed.
        """

    async def clear(self) -> None:
        """Take all levels back to 0 and wait until the unit shows no transfer either."""

    async def stop_heartbeat(self) -> None: ...

    async def resume_heartbeat(self) -> None: ...

    def answered(self, timer: str, since: float) -> None:
        """Say that the tester has just answered what began a timer at ``since`` or later, so that it knows its own lateness."""

    async def pause(self) -> None:
        """One poll interval."""


class Context(Protocol):
    """See the module's docstring."""

    requirement: Requirement
    profile: Profile
    claims: Mapping[str, bool]
    via: tuple[Wire, ...]
    """Protocols that the run uses, in order of preference."""
    only_via: Wire | None
    """Set when the runner runs the check once per protocol (``per_protocol=True``)."""
    operator: Operator
    modbus: ModbusWire
    opcua: OpcuaServices

    def param(self, name: str) -> Any:
        """A parameter of the requirement, as the profile and the target file set it."""

    def now(self) -> float: ...

    def seconds_between(self, earlier: datetime, later: datetime) -> float:
        """Machine seconds between two times of the equipment's own clock."""

    async def read(self, signal: str, via: Wire | None = None) -> Reading: ...

    async def read_many(self, signals: Sequence[str], via: Wire | None = None) -> dict[str, Reading]: ...

    async def write(self, signal: str, value: Value, via: Wire | None = None) -> Outcome:
        """Journaled: the old value is restored after the check. Needs impact ``write`` or more."""

    async def write_many(self, values: Mapping[str, Value], via: Wire | None = None) -> Outcome: ...

    async def command(self, name: str, via: Wire | None = None) -> Outcome:
        """A PackML command by name (``Reset``, ``Start``, … ): the method on OPC UA, CntrlCmd on Modbus. Needs ``actuate``."""

    async def call(self, method: str, *arguments: Value) -> Outcome:
        """A method of the profile over OPC UA."""

    async def until(
        self,
        signal: str,
        wanted: Value | Callable[[Value], bool],
        within_s: float,
        via: Wire | None = None,
        since: float | None = None,
    ) -> Observation: ...

    async def record(self, signals: Sequence[str], for_s: float, via: Wire | None = None) -> Timeline: ...

    async def bring_to(self, state: str) -> None:
        """Drive the unit to a PackML state by name with commands and acknowledgements; ends the check as inconclusive if it cannot."""

    def neighbour(self, port: str, via: Wire | None = None) -> AbstractAsyncContextManager[Neighbour]: ...

    def expect(
        self, met: bool, what: str, *, expected: Any = None, actual: Any = None, evidence: Evidence = ()
    ) -> bool:
        """State an expectation and how it came out; returns ``met``."""

    def expect_within(
        self, elapsed: float, limit_s: float, uncertainty: float, what: str, *, evidence: Evidence = ()
    ) -> bool | None:
        """A time expectation: inconclusive when the limit lies within the measurement's uncertainty."""

    def inconclusive(self, reason: str) -> None:
        """End the check: the question could not be put. Raises."""

    def too_coarse(self, reason: str) -> None:
        """End the check: replies were too slow to measure by; inconclusive, unless it is clear when run once more. Raises."""

    def not_applicable(self, reason: str) -> None:
        """End the check: the requirement does not concern this equipment. Raises."""

    def note(self, text: str) -> None:
        """Put a remark into the finding."""

    def draw(self, lane: str, at: float, value: Value) -> None:
        """A point of the timing diagram beside those of what is read."""
