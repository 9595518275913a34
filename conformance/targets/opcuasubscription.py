"""A real subscription, by raw services: what was notified is taken as it came."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from conformance.clock import MachineClock
from conformance.targets.opcuasession import OpcuaSession
from conformance.targets.uastack import ua

EVENT_FIELDS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (2041, ("EventId",)),
    (2041, ("SourceName",)),
    (2041, ("Time",)),
    (2041, ("Message",)),
    (2041, ("Severity",)),
    (2782, ()),  # the condition's own node id
    (2782, ("ConditionName",)),
    (2782, ("Retain",)),
    (2881, ("AckedState", "Id")),
    (2881, ("ConfirmedState", "Id")),
    (2915, ("ActiveState", "Id")),
)
"""(type that declares it, browse path) of the event fields asked for: BaseEvent, Condition, Acknowledgeable, Alarm."""


class Subscription:
    """Data changes or events of one session, queued with the machine time of their receipt."""

    def __init__(self, session: OpcuaSession, clock: MachineClock) -> None:
        self._session, self._clock = session, clock
        self.id: int | None = None
        self.arrived: asyncio.Queue[tuple[float, str, int, Any]] = asyncio.Queue()

    async def open(self, interval_ms: float, keep_alive_count: int = 100) -> tuple[float, int]:
        """Create it; returns publishing interval (ms) and keep-alive count as the server revised them."""
        parameters = ua.CreateSubscriptionParameters()
        parameters.RequestedPublishingInterval = interval_ms
        parameters.RequestedLifetimeCount = 3000
        parameters.RequestedMaxKeepAliveCount = keep_alive_count
        parameters.MaxNotificationsPerPublish = 0
        parameters.PublishingEnabled = True
        parameters.Priority = 0
        result = await self._session.service(
            lambda c: c.create_subscription(parameters, self._take), "CreateSubscription", again=False
        )
        self.id = int(result.SubscriptionId)
        return float(result.RevisedPublishingInterval), int(result.RevisedMaxKeepAliveCount)

    async def close(self) -> None:
        """Never raises: a subscription of a lost session is gone anyway."""
        number, self.id = self.id, None
        if number is not None and self._session.is_open:
            try:
                await self._session.service(
                    lambda c: c.delete_subscriptions([number]), "DeleteSubscriptions", again=False
                )
            except asyncio.CancelledError:
                raise
            except Exception:
                return

    async def watch_values(self, nodes: Sequence[Any], sampling_ms: float) -> list[Any]:
        """Status codes of the monitored items; the client handle is the position in ``nodes``."""
        items = [_item(node, ua.AttributeIds.Value, i, sampling_ms, 1000) for i, node in enumerate(nodes)]
        return await self._create(items)

    async def watch_events(self, node: Any) -> list[Any]:
        item = _item(node, ua.AttributeIds.EventNotifier, 0, 0.0, 10000)
        item.RequestedParameters.Filter = _event_filter()
        return await self._create([item])

    async def _create(self, items: Sequence[Any]) -> list[Any]:
        parameters = ua.CreateMonitoredItemsParameters()
        parameters.SubscriptionId = self.id
        parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        parameters.ItemsToCreate = list(items)
        results = await self._session.service(
            lambda c: c.create_monitored_items(parameters), "CreateMonitoredItems", again=False
        )
        return [r.StatusCode for r in results]

    def _take(self, result: Any) -> None:
        at = self._clock.now()
        if not result.NotificationMessage.NotificationData:
            self.arrived.put_nowait((at, "keep-alive", 0, None))
        for note in result.NotificationMessage.NotificationData or []:
            if isinstance(note, ua.DataChangeNotification):
                for change in note.MonitoredItems:
                    self.arrived.put_nowait((at, "data", change.ClientHandle, change.Value))
            elif isinstance(note, ua.EventNotificationList):
                for event in note.Events:
                    self.arrived.put_nowait((at, "event", event.ClientHandle, event.EventFields))

    async def keep_alives(self, wanted: int, until: float) -> int:
        """How many keep-alive messages came until a machine time; ends early with ``wanted``."""
        seen = 0
        while seen < wanted and (arrived := await self._take_one(until)) is not None:
            seen += arrived[1] == "keep-alive"
        return seen

    async def next(self, until: float) -> tuple[float, str, int, Any] | None:
        """The next notification, or ``None`` at machine time ``until``."""
        while (arrived := await self._take_one(until)) is not None:
            if arrived[1] != "keep-alive":
                return arrived
        return None

    async def _take_one(self, until: float) -> tuple[float, str, int, Any] | None:
        left = self._clock.to_wall(until - self._clock.now())
        if left <= 0 and self.arrived.empty():
            return None
        try:
            async with asyncio.timeout(max(left, 0.001)):
                return await self.arrived.get()
        except TimeoutError:
            return None


def _item(node: Any, attribute: Any, handle: int, sampling_ms: float, queue: int) -> Any:
    item = ua.MonitoredItemCreateRequest()
    item.ItemToMonitor.NodeId = node
    item.ItemToMonitor.AttributeId = attribute
    item.MonitoringMode = ua.MonitoringMode.Reporting
    item.RequestedParameters.ClientHandle = handle
    item.RequestedParameters.SamplingInterval = sampling_ms
    item.RequestedParameters.QueueSize = queue
    item.RequestedParameters.DiscardOldest = True
    return item


def _event_filter() -> Any:
    clauses = []
    for declared_by, path in EVENT_FIELDS:
        operand = ua.SimpleAttributeOperand()
        operand.TypeDefinitionId = ua.NodeId(declared_by)
        operand.BrowsePath = [ua.QualifiedName(name, 0) for name in path]
        operand.AttributeId = ua.AttributeIds.Value if path else ua.AttributeIds.NodeId
        clauses.append(operand)
    event_filter = ua.EventFilter()
    event_filter.SelectClauses = clauses
    return event_filter
