"""Conditions of OPC UA Part 9: their events, refresh, acknowledge and confirm."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from conformance.clock import MachineClock
from conformance.context import AlarmEvent, Outcome
from conformance.targets.opcua import OpcuaLink
from conformance.targets.opcuasession import ServiceRefused
from conformance.targets.opcuasubscription import Subscription
from conformance.targets.opcuavalues import utc
from conformance.targets.uastack import ua
from conformance.transcript import Transcript
from profiles.model import Alarm

_SERVER, _CONDITION_TYPE, _REFRESH, _ACKNOWLEDGE, _CONFIRM = 2253, 2782, 3875, 9111, 9113
_PUBLISH_MS = 50.0


class Alarms:
    """Condition events of the machine."""

    def __init__(self, link: OpcuaLink, alarms: dict[int, Alarm], clock: MachineClock, transcript: Transcript) -> None:
        self._link, self._alarms, self._clock, self._transcript = link, alarms, clock, transcript

    async def events(
        self,
        for_s: float,
        refresh: bool,
        trigger: Callable[[], Any] | None,
        until: Callable[[AlarmEvent], bool] | None,
    ) -> list[AlarmEvent]:
        """From the Server object, the one notifier that every server has; refresh start and end events are left out."""
        found: list[AlarmEvent] = []
        subscription = Subscription(self._link.session, self._clock)
        try:
            await subscription.open(_PUBLISH_MS)
            codes = await subscription.watch_events(ua.NodeId(_SERVER))
            self._transcript.add("opcua", "CreateMonitoredItems", "Server events", None, str(codes[0].name))
            if refresh:
                arguments = [ua.Variant(subscription.id, ua.VariantType.UInt32)]
                await self._link.call_node(
                    ua.NodeId(_CONDITION_TYPE), ua.NodeId(_REFRESH), arguments, "ConditionType/ConditionRefresh"
                )
            if trigger is not None:
                done = trigger()
                if inspect.isawaitable(done):
                    await done
            end = self._clock.now() + for_s
            while (arrived := await subscription.next(end)) is not None:
                event = self._event(arrived[0], arrived[3])
                if event is not None:
                    found.append(event)
                    if until is not None and until(event):
                        break
        except ServiceRefused as error:
            self._transcript.add("opcua", "CreateMonitoredItems", "Server events", None, error.status)
        finally:
            await subscription.close()
        return found

    def _event(self, at: float, fields: Any) -> AlarmEvent | None:
        values = [f.Value for f in fields] + [None] * 11
        event_id, source, time, message, severity, node, name, retain, acked, confirmed, active = values[:11]
        if name is None and node is None:
            return None  # no condition
        text = message.Text if message is not None else ""
        name = str(name or source or "")
        evidence = self._transcript.add(
            "opcua", "Event", name, {"active": active, "acked": acked, "retain": retain, "message": text}, f"{severity}"
        )
        return AlarmEvent(
            number=self._number(name, str(source or "")),
            name=name,
            event_id=bytes(event_id or b""),
            condition_node=node.to_string() if node is not None else "",
            active=active,
            acked=acked,
            confirmed=confirmed,
            retain=retain,
            severity=int(severity or 0),
            message=text or "",
            locale=message.Locale if message is not None else None,
            time=utc(time),
            at=at,
            evidence=evidence,
        )

    def _number(self, *names: str) -> int | None:
        """The profile's number of an alarm: by its id, however capitalised, or by a number in its name."""
        for name in names:
            plain = name.replace("_", "").replace(" ", "").lower()
            for alarm in self._alarms.values():
                if plain == alarm.id.replace("_", ""):
                    return alarm.number
        for name in names:
            digits = "".join(c for c in name if c.isdigit())
            if digits and int(digits) in self._alarms:
                return int(digits)
        return None

    async def respond(self, event: AlarmEvent, comment: str, confirm: bool) -> Outcome:
        """Acknowledge or confirm."""
        verb = "Confirm" if confirm else "Acknowledge"
        if not event.condition_node:
            return Outcome(False, "the event names no condition node", self._clock.now(), evidence=event.evidence)
        arguments = [
            ua.Variant(event.event_id, ua.VariantType.ByteString),
            ua.Variant(ua.LocalizedText(comment, "en"), ua.VariantType.LocalizedText),
        ]
        node = ua.NodeId.from_string(event.condition_node)
        method = ua.NodeId(_CONFIRM if confirm else _ACKNOWLEDGE)
        return await self._link.call_node(node, method, arguments, f"{event.name}/{verb}")
