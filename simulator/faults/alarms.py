"""Wrongnesses of alarms (ledger area ``alarms``)."""

from __future__ import annotations

from typing import Any

from simulator.faults.model import Scene, fault

COUNT = "alarm.active_count"


def _late(value: Any, scene: Scene) -> Any:
    """What rises is reported five seconds late; what falls, at once."""
    shown = scene.memory.get("shown", 0)
    if value <= shown:
        scene.memory.update(shown=value, since=None)
        return value
    since = scene.memory.get("since")
    if since is None:
        scene.memory["since"] = since = scene.now
    if scene.now - since >= 5.0:
        scene.memory.update(shown=value, since=None)
        return value
    return shown


def _lingering(value: Any, scene: Scene) -> Any:
    """A bit that has gone is shown three seconds longer."""
    until = scene.memory.setdefault("until", {})
    gone = scene.memory.get("true", value) & ~value
    until.update({bit: scene.now + 3.0 for bit in range(16) if gone >> bit & 1})
    scene.memory["true"] = value
    return value | sum(1 << bit for bit, end in until.items() if scene.now < end)


def _hidden_when_acked(index: int) -> Any:
    return lambda v, s: v & s.values[f"alarm.unacked_{index}"]


def _newest(value: Any, scene: Scene) -> Any:
    """The number of the alarm that came last, as far as the words tell: the bit that was not there before."""
    words = [scene.values.get(f"alarm.active_{i}", 0) for i in range(8)]
    active = {i * 16 + bit for i, word in enumerate(words) for bit in range(16) if word >> bit & 1}
    fresh = active - scene.memory.get("known", set())
    newest = max(fresh) if fresh else scene.memory.get("newest", 0)
    scene.memory.update(known=active, newest=newest if newest in active else 0)
    return newest if newest in active else value


fault(
    "alarms.undeclared_bit",
    "A bit of no declared alarm is set",
    values={"alarm.active_4": lambda v, s: v | 0x8000},
)
fault(
    "alarms.severity_without_alarm",
    "A severity is reported while no alarm is active",
    values={"alarm.highest_severity": lambda v, s: v or 1},
)
fault("alarms.late", "Alarms are reported five seconds late", values={"alarm.active_[0-9]": _late})
fault(
    "alarms.neighbouring_bit",
    "Alarms 0 to 15 set the bit below their own",
    values={"alarm.active_0": lambda v, s: v >> 1},
)
fault("alarms.counts_one", "At most one active alarm is counted", values={COUNT: lambda v, s: min(v, 1)})
fault(
    "alarms.severity_scaled",
    "Severities are reported on a scale of 100",
    values={"alarm.highest_severity": lambda v, s: v // 10},
)
fault("alarms.first_is_newest", "The newest alarm is reported as the oldest", values={"alarm.first": _newest})
fault(
    "alarms.not_latched",
    "A latched alarm vanishes with its cause",
    behaviours=frozenset({"alarm.not_latched"}),
)
fault(
    "alarms.clears_late",
    "An alarm that is gone is reported three seconds longer",
    values={"alarm.active_[0-9]": _lingering},
)
fault(
    "alarms.ack_swallowed",
    "Acknowledging by number is answered Good and ignored",
    writes={"alarm.acknowledge": "swallow"},
)
fault("alarms.ack_refused", "Acknowledging by number is always refused", writes={"alarm.acknowledge": "refuse"})
fault(
    "alarms.hidden_when_acked",
    "An acknowledged alarm is hidden although its cause stands",
    values={f"alarm.active_{i}": _hidden_when_acked(i) for i in range(5)},
)
fault(
    "alarms.hold_alarm_stops",
    "Alarms that should hold the unit stop it",
    acts={f"alarm_raise:{n}": "then:stop" for n in (10, 11, 12)},
)
fault(
    "alarms.warning_stops",
    "Warnings stop the unit",
    acts={f"alarm_raise:{n}": "then:stop" for n in (13, 14, 15)},
)
fault("alarms.no_events", "Conditions send no events", opcua={"no_events": True})
fault("alarms.no_refresh", "ConditionRefresh is not supported", opcua={"no_condition_refresh": True})
fault("alarms.condition_ack_ignored", "Acknowledge is answered Good and ignored", opcua={"ack_ignored": True})
fault("alarms.confirm_ignored", "Confirm is answered Good and ignored", opcua={"confirm_ignored": True})
fault("alarms.one_language", "Texts have no Japanese", opcua={"japanese_missing": True})
fault("alarms.message_generic", "Every condition says only 'Alarm'", opcua={"generic_message": True})
fault("alarms.time_off", "Conditions carry a time that is an hour off", opcua={"event_time_error": -3600.0})
