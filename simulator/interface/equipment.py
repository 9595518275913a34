"""What an endpoint sees of a unit: the seam between the equipment and its protocols.

An endpoint reads values, forwards writes and calls, and is told of changes; it knows nothing of the line model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from profiles.model import Text
from profiles.pack import Profile

Value = bool | int | float | str | datetime
Changes = Mapping[str, Value]
Listener = Callable[[Changes], None]


class RefusalKind(Enum):
    """Why a write or call was refused; each endpoint maps it to its protocol's status.

    ============  ========================  =================
    kind          OPC UA StatusCode         Modbus exception
    ============  ========================  =================
    OUT_OF_RANGE  BadOutOfRange             03
    NOT_WRITABLE  BadNotWritable            02
    BAD_TYPE      BadTypeMismatch           03
    BAD_STATE     BadInvalidState           04
    NOT_OWNER     BadUserAccessDenied       04
    UNKNOWN       BadNodeIdUnknown          02
    BUSY          BadTooManyOperations      06
    ============  ========================  =================
    """

    OUT_OF_RANGE = "out of range"
    NOT_WRITABLE = "not writable"
    BAD_TYPE = "bad type"
    BAD_STATE = "bad state"
    NOT_OWNER = "not owner"
    UNKNOWN = "unknown"
    BUSY = "busy"


class Refused(Exception):
    """A write or call that the equipment does not accept; nothing has changed."""

    def __init__(self, kind: RefusalKind, reason: str) -> None:
        super().__init__(f"{kind.value}: {reason}")
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True)
class Condition:
    """One alarm as a client sees it (OPC UA Part 9 words). ``active`` and ``acked`` may change independently."""

    number: int
    id: str
    text: Text
    severity: int
    active: bool
    acked: bool
    confirmed: bool
    since: datetime
    comment: str = ""

    @property
    def retain(self) -> bool:
        """Whether a refresh still shows it: active, or not yet acknowledged, or not yet confirmed."""
        return self.active or not self.acked or not self.confirmed


ConditionListener = Callable[[Condition], None]


class Equipment(Protocol):
    """One unit behind its interface. All calls are synchronous and made from the event loop's thread."""

    profile: Profile
    name: str

    def value(self, signal: str) -> Value:
        """The present value; raises ``KeyError`` for an id that the profile does not have."""

    def values(self) -> Changes:
        """All present values, as one consistent picture."""

    def write(self, changes: Changes, peer: str) -> None:
        """Write one or several signals as one step, or raise ``Refused`` and change nothing.

        ``peer`` names the connection (``modbus:127.0.0.1:50123``), because a hand-over block has one writer at a time.
        """

    def call(self, method: str, arguments: list[Value], peer: str) -> list[Value]:
        """Call a method of the profile by its id, or raise ``Refused``."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Be told of changed values; returns the function that ends the subscription."""

    def conditions(self) -> list[Condition]:
        """All alarms of the profile with their present state."""

    def subscribe_conditions(self, listener: ConditionListener) -> Callable[[], None]:
        """Be told of each change of an alarm."""

    def acknowledge(self, number: int, comment: str, peer: str) -> None:
        """Acknowledge an alarm; ``Refused`` (BAD_STATE) if there is nothing to acknowledge."""

    def confirm(self, number: int, comment: str, peer: str) -> None:
        """Confirm an acknowledged alarm; ``Refused`` (BAD_STATE) if there is nothing to confirm."""

    def disconnected(self, peer: str) -> None:
        """A connection is gone: hand-over blocks that it owned are free again (their heartbeat goes stale)."""
