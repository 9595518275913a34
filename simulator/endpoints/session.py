"""One client's session: the services that a normal client notices, done as OPC 10000-4 says.

The library's own session stays beneath; this one replaces what deviates. What stays open is listed in
``docs/opcua-limitations.md``.
"""

from __future__ import annotations

import copy
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.server.internal_session import InternalSession, SessionState

from simulator.endpoints.browsing import Browser
from simulator.endpoints.calls import call_one
from simulator.endpoints.nodes import A
from simulator.endpoints.publisher import stamped
from simulator.endpoints.reading import read_one
from simulator.endpoints.subscribing import adopt_where_clause, suits
from simulator.endpoints.unit import Unit
from simulator.endpoints.variants import TypeMismatch, value_of
from simulator.interface.equipment import RefusalKind, Refused

_NEVER = 2**31  # publishing cycles


class UnitSession(InternalSession):  # type: ignore[misc]
    """A client's session on a unit. ``peer`` is what the equipment knows it by."""

    def __init__(self, unit: Unit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        self.locales: list[str] = []
        self._browser = Browser(unit)
        unit.sessions[self.session_id] = self

    @property
    def peer(self) -> str:
        """The connection's name for the equipment."""
        return f"opcua:{self.session_id.Identifier}"

    def activate_session(self, params: ua.ActivateSessionParameters, *args: Any) -> ua.ActivateSessionResult:
        """Remember the client's locales (OPC 10000-4 clause 5.7.3)."""
        result = super().activate_session(params, *args)
        if params.LocaleIds:
            self.locales = [str(locale) for locale in params.LocaleIds if locale]
        return result

    async def close_session(self, delete_subs: bool = True) -> None:
        """Close, and tell the equipment that this peer is gone."""
        was_open = self.state is not SessionState.Closed
        await super().close_session(delete_subs)
        self.unit.sessions.pop(self.session_id, None)
        if was_open:
            self.unit.equipment.disconnected(self.peer)

    async def read(self, params: ua.ReadParameters) -> list[ua.DataValue]:
        """Read, with index ranges, timestamps as asked for, and refusals of the whole call."""
        if not params.NodesToRead and self.unit.quirks.empty_read_good:
            return []
        _require(params.NodesToRead)
        if params.MaxAge < 0:
            raise ServiceError(ua.StatusCodes.BadMaxAgeInvalid)
        if int(params.TimestampsToReturn) not in range(4):
            raise ServiceError(ua.StatusCodes.BadTimestampsToReturnInvalid)
        return [read_one(self.unit, node, params.TimestampsToReturn, self.locales) for node in params.NodesToRead]

    async def write(self, params: ua.WriteParameters) -> list[ua.StatusCode]:
        """Write each node for itself: one refusal does not stop the others."""
        _require(params.NodesToWrite)
        return [ua.StatusCode(self._write_one(wanted)) for wanted in params.NodesToWrite]

    async def browse(self, params: ua.BrowseParameters) -> list[ua.BrowseResult]:
        """Browse, in pages if the client wants them."""
        _require(params.NodesToBrowse)
        if params.View.ViewId != ua.NodeId():
            raise ServiceError(ua.StatusCodes.BadViewIdUnknown)
        return self._browser.browse(params, self.locales)

    async def browse_next(self, parameters: ua.BrowseNextParameters) -> list[ua.BrowseResult]:
        """The next page, or the release of continuation points."""
        _require(parameters.ContinuationPoints)
        return self._browser.browse_next(parameters.ReleaseContinuationPoints, parameters.ContinuationPoints)

    async def translate_browsepaths_to_nodeids(self, params: list[ua.BrowsePath]) -> list[ua.BrowsePathResult]:
        """Follow browse paths."""
        _require(params)
        return [self._browser.translate(path) for path in params]

    async def call(self, params: list[ua.CallMethodRequest]) -> list[ua.CallMethodResult]:
        """Call methods of the machine or of its conditions."""
        _require(params)
        return [await call_one(self.unit, request, self) for request in params]

    async def create_subscription(self, params: Any, callback: Any, request_callback: Any = None) -> Any:
        """Create a subscription, under a quirk one that never keeps alive, whatever its answer says."""
        result = await super().create_subscription(params, callback, request_callback)
        if self.unit.quirks.no_keep_alive:
            held = self.subscription_service.subscriptions[result.SubscriptionId]
            held.data = copy.copy(result)
            held.data.RevisedMaxKeepAliveCount = _NEVER
        return result

    async def create_monitored_items(
        self, params: ua.CreateMonitoredItemsParameters
    ) -> list[ua.MonitoredItemCreateResult]:
        """Create monitored items, refusing those that the library would accept and not serve."""
        _require(params.ItemsToCreate)
        results = []
        for item in params.ItemsToCreate:
            refusal = suits(self.unit, item)
            if refusal is not None:
                refused = ua.MonitoredItemCreateResult()
                refused.StatusCode = ua.StatusCode(refusal)
                results.append(refused)
                continue
            single = copy.copy(params)
            single.ItemsToCreate = [item]
            results.extend(await super().create_monitored_items(single))
            adopt_where_clause(
                self.unit, self.subscription_service.subscriptions.get(params.SubscriptionId), results[-1]
            )
        return results

    def _write_one(self, wanted: ua.WriteValue) -> int:
        unit, node = self.unit, wanted.NodeId
        if node in unit.hidden or unit.aspace.peek(node) is None:
            return int(ua.StatusCodes.BadNodeIdUnknown)
        if wanted.AttributeId != A.Value:
            held = wanted.AttributeId in unit.aspace.peek(node).attributes  # type: ignore[union-attr]
            return int(ua.StatusCodes.BadNotWritable if held else ua.StatusCodes.BadAttributeIdInvalid)
        bound = unit.machine.by_node.get(node)
        if unit.access.get(node) is True and (bound is None or bound.signal.access != "rw"):
            unit.publisher.put(node, stamped(wanted.Value.Value))
            return int(ua.StatusCodes.Good)
        if bound is None or bound.signal.access != "rw" or unit.access.get(node) is False:
            if bound is not None and unit.quirks.takes_write(bound.signal.id):
                return int(ua.StatusCodes.Good)
            return unit.status_of(Refused(RefusalKind.NOT_WRITABLE, ""))
        status = wanted.Value.StatusCode
        if wanted.IndexRange or (status is not None and not status.is_good()):
            return int(ua.StatusCodes.BadWriteNotSupported)
        try:
            value = value_of(bound.variant, wanted.Value.Value)
        except TypeMismatch:
            if unit.quirks.types_unchecked:
                return int(ua.StatusCodes.Good)
            return unit.status_of(Refused(RefusalKind.BAD_TYPE, ""))
        return self._write_value(bound.signal.id, value)

    def _write_value(self, signal: str, value: Any) -> int:
        quirks = self.unit.quirks
        if quirks.write_ignored_but_good:
            return int(ua.StatusCodes.Good)
        try:
            self.unit.equipment.write({signal: value}, self.peer)
        except Refused as refusal:
            if refusal.kind is RefusalKind.OUT_OF_RANGE and quirks.write_accepts_out_of_range:
                self.unit.show(self.unit.machine.signals[signal], value)
                return int(ua.StatusCodes.Good)
            return self.unit.status_of(refusal)
        return int(ua.StatusCodes.Good)


def _require(operations: Any) -> None:
    """A call without operations has nothing to do (OPC 10000-4 clause 7.38.2)."""
    if not operations:
        raise ServiceError(ua.StatusCodes.BadNothingToDo)
