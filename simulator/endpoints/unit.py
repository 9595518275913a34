"""What the services of one OPC UA server share: equipment, machine, publisher, quirks. No service knows another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncua import ua

from simulator.endpoints.addressspace import SharedAddressSpace
from simulator.endpoints.machine import Bound, Machine
from simulator.endpoints.nodes import NodeBuilder
from simulator.endpoints.publisher import Publisher, stamped
from simulator.endpoints.quirks import OpcuaQuirks
from simulator.endpoints.variants import as_variant
from simulator.interface.equipment import Equipment, RefusalKind, Refused, Value

if TYPE_CHECKING:
    from simulator.endpoints.conditions import Conditions
    from simulator.endpoints.projections import Projections

STATUS_OF: dict[RefusalKind, int] = {
    RefusalKind.OUT_OF_RANGE: ua.StatusCodes.BadOutOfRange,
    RefusalKind.NOT_WRITABLE: ua.StatusCodes.BadNotWritable,
    RefusalKind.BAD_TYPE: ua.StatusCodes.BadTypeMismatch,
    RefusalKind.BAD_STATE: ua.StatusCodes.BadInvalidState,
    RefusalKind.NOT_OWNER: ua.StatusCodes.BadUserAccessDenied,
    RefusalKind.UNKNOWN: ua.StatusCodes.BadNodeIdUnknown,
    RefusalKind.BUSY: ua.StatusCodes.BadTooManyOperations,
}
"""The table of ``RefusalKind``, in status codes."""


@dataclass
class Unit:
    """One served unit, as its services see it."""

    equipment: Equipment
    aspace: SharedAddressSpace
    nodes: NodeBuilder
    machine: Machine
    publisher: Publisher
    quirks: OpcuaQuirks
    namespaces: list[str]
    without: frozenset[str] = frozenset()
    """Options that the unit lacks; their signals and methods are not there."""
    time_scale: float | None = None
    """Machine seconds per wall second, if it is to tell them."""
    sessions: dict[ua.NodeId, Any] = field(default_factory=dict)
    hidden: frozenset[ua.NodeId] = frozenset()
    access: dict[ua.NodeId, bool] = field(default_factory=dict)
    """Nodes that the quirks make writable, or read-only."""
    conditions: Conditions = field(init=False)
    projections: Projections = field(init=False)

    def show(self, bound: Bound, value: Value) -> None:
        """Serve a signal's value, as the quirks distort it, and what is derived from it."""
        signal = bound.signal
        if signal.id in self.quirks.frozen_values:
            return
        if self.quirks.identification_empty and isinstance(value, str) and self._identifies(bound):
            value = ""
        try:
            held = stamped(as_variant(bound.variant, value))
        except ValueError:
            # The equipment reports what its type cannot hold: that is for a client to see, not for us to hide.
            held = stamped(None, ua.StatusCodes.BadOutOfRange)
        self.publisher.put(bound.nodeid, self.quirks.served(signal.id, held))
        if bound.text is not None and signal.enum:
            name = ua.LocalizedText(signal.enum.get(int(value), ""))  # type: ignore[arg-type]
            self.publisher.put(bound.text, stamped(ua.Variant(name, ua.VariantType.LocalizedText)))
        self.projections.follow(signal.id, value, self.publisher.put, self.quirks)

    def _identifies(self, bound: Bound) -> bool:
        return str(bound.nodeid.Identifier).startswith(f"{self.machine.identification.Identifier}/")

    def status_of(self, refusal: Refused) -> int:
        """The status code that answers a refusal."""
        if self.quirks.wrong_status_code_on_refusal:
            return int(ua.StatusCodes.BadInternalError)
        return STATUS_OF[refusal.kind]
