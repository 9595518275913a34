"""Monitored items: what the library would accept and not serve, and event filters (OPC 10000-4 clause 7.22)."""

from __future__ import annotations

from typing import Any

from asyncua import ua
from asyncua.server.monitored_item_service import WhereClauseEvaluator
from asyncua.ua import uaprotocol_auto as wire  # what comes off the wire; ua.DataChangeFilter is a subclass

from simulator.endpoints.nodes import A, NodeBuilder
from simulator.endpoints.unit import Unit


def suits(unit: Unit, item: ua.MonitoredItemCreateRequest) -> int | None:
    """The status that refuses an item, or None to create it."""
    wanted = item.ItemToMonitor
    node = unit.aspace.peek(wanted.NodeId)
    if node is None or wanted.NodeId in unit.hidden:
        return int(ua.StatusCodes.BadNodeIdUnknown)
    if wanted.AttributeId not in node.attributes:
        return int(ua.StatusCodes.BadAttributeIdInvalid)
    wanted_filter = item.RequestedParameters.Filter
    if isinstance(wanted_filter, wire.DataChangeFilter) and wanted_filter.DeadbandType == ua.DeadbandType.Percent:
        return int(ua.StatusCodes.BadMonitoredItemFilterUnsupported)
    if wanted.AttributeId == A.EventNotifier and not isinstance(wanted_filter, wire.EventFilter):
        return int(ua.StatusCodes.BadEventFilterInvalid)
    if wanted.AttributeId != A.EventNotifier and isinstance(wanted_filter, wire.EventFilter):
        return int(ua.StatusCodes.BadFilterNotAllowed)
    if wanted.AttributeId != A.EventNotifier and unit.quirks.subscription_never_notifies:
        item.MonitoringMode = ua.MonitoringMode.Disabled
    return None


def adopt_where_clause(unit: Unit, subscription: Any, result: ua.MonitoredItemCreateResult) -> None:
    """Let an event item's filter know subtypes: the library's OfType takes the very type only."""
    items = subscription.monitored_item_srv._monitored_items if subscription is not None else {}
    item = items.get(result.MonitoredItemId)
    if item is not None and item.where_clause_evaluator is not None:
        item.where_clause_evaluator = _WhereClause(unit.nodes, item.where_clause_evaluator)


class _WhereClause(WhereClauseEvaluator):  # type: ignore[misc]
    """A where clause whose OfType holds for subtypes as well (OPC 10000-4 clause 7.7.3)."""

    def __init__(self, nodes: NodeBuilder, like: WhereClauseEvaluator) -> None:
        self.logger, self.elements, self._aspace = like.logger, like.elements, like._aspace
        self._nodes = nodes

    def _eval_el(self, index: int, event: Any) -> Any:
        element = self.elements[index]
        if element.FilterOperator != ua.FilterOperator.OfType:
            return super()._eval_el(index, event)
        wanted = self._eval_op(element.FilterOperands[0], event)
        kind: ua.NodeId | None = event.EventType
        while kind is not None and kind != wanted:
            kind = self._nodes.supertype(kind)
        return kind is not None
