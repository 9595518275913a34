"""``setsubi profile lint``: what is allowed in a profile and yet seldom meant. Each warning names its place and a mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from profiles.model import REGISTERS_OF, Access, AlarmCategory, Reaction, Signal, SignalType, Text
from profiles.pack import Profile
from profiles.units import UNITS

MOST_REGISTERS_PER_READ = 125  # Modbus Application Protocol V1.1b3, 6.3 and 6.4
SEVERE = 600  # from here on the red lamp and the buzzer
SLOW_MS, FAST_MS = 5000, 20
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_TEXTS = (SignalType.STRING, SignalType.LOCALIZED)
_FLOATS = (SignalType.FLOAT32, SignalType.FLOAT64)


def lint(profile: Profile) -> list[str]:
    """Warnings as ``place: what; mend``, in the order of the profile."""
    return [warning for rule in RULES for warning in rule(profile)]


def _alignment(profile: Profile) -> Iterator[str]:
    for signal in profile.signals.values():
        size = REGISTERS_OF.get(signal.type, 1)
        if signal.modbus is not None and size > 1 and signal.modbus.address % 2:
            yield (
                f"signals.{signal.id}: {signal.type} at the odd address {signal.modbus.address}; "
                "many PLCs want values of several registers at even addresses"
            )


def _groups(profile: Profile) -> Iterator[str]:
    """Registers that change together have to be read together."""
    groups: dict[tuple[str, str], list[Signal]] = {}
    for signal in profile.signals.values():
        if signal.modbus is not None and signal.modbus.group is not None:
            groups.setdefault((str(signal.modbus.table), signal.modbus.group), []).append(signal)
    for (table, group), members in groups.items():
        spans = sorted((s.modbus.address, s.registers, s.id) for s in members if s.modbus is not None)
        for (address, size, name), (following, _, other) in pairwise(spans):
            if address + size != following:
                yield (
                    f"group {group}: gap in table {table} between {name} and {other} ({address + size} to {following - 1}); "
                    "close it, so that one read takes the group"
                )
        length = spans[-1][0] + spans[-1][1] - spans[0][0]
        if length > MOST_REGISTERS_PER_READ:
            yield f"group {group}: {length} registers do not fit one read; split it ({MOST_REGISTERS_PER_READ} at most)"


def _texts(profile: Profile) -> Iterator[str]:
    for place, text in _all_texts(profile):
        if _JAPANESE.search(text.ja) is None and _LETTERS.search(text.ja) is not None:
            yield f"{place}: the Japanese text '{text.ja}' is not Japanese; translate it"


def _all_texts(profile: Profile) -> Iterator[tuple[str, Text]]:
    yield "title", profile.title
    for section in ("options", "signals", "methods", "safety", "devices", "recipes"):
        for name, entry in getattr(profile, section).items():
            yield f"{section}.{name}.title", entry.title
    for number, alarm in profile.alarms.items():
        yield f"alarms.{number}.text", alarm.text
    for timer in profile.handover.timers.values():
        yield f"handover.timers.{timer.id}.title", timer.title
    for requirement in profile.ledger:
        yield f"requirement {requirement.id}.text", requirement.text
        yield f"requirement {requirement.id}.remedy", requirement.remedy


def _ranges(profile: Profile) -> Iterator[str]:
    measured = {*profile.parameters, *profile.process_values}
    for signal in profile.signals.values():
        if signal.range is not None or signal.enum is not None or signal.type in (*_TEXTS, SignalType.BOOL):
            continue
        wanted = signal.id in measured or (signal.access is Access.READ_WRITE and signal.type in _FLOATS)
        if wanted:
            yield f"signals.{signal.id}: has no range; add range: [low, high], so that a wrong value can be told"


def _units(profile: Profile) -> Iterator[str]:
    for signal in profile.signals.values():
        if signal.unit is not None and signal.unit not in UNITS:
            yield f"signals.{signal.id}: unit '{signal.unit}' has no UNECE code here; use a UCUM code that has one"


def _signals(profile: Profile) -> Iterator[str]:
    for signal in profile.signals.values():
        place = f"signals.{signal.id}"
        if signal.update_ms > SLOW_MS and not signal.constant:
            yield f"{place}: is updated every {signal.update_ms} ms only; is that enough for its users?"
        if signal.update_ms < FAST_MS:
            yield f"{place}: an update every {signal.update_ms} ms is more than most PLCs and clients manage"
        if signal.modbus is not None and signal.modbus.words and 2 * signal.modbus.words < (signal.length or 0):
            yield f"{place}: {signal.length} characters do not fit {signal.modbus.words} registers; give it more words"
        if signal.id in profile.parameters and signal.access is not Access.READ_WRITE:
            yield f"{place}: is a parameter that nobody can write; add access: rw"


def _alarms(profile: Profile) -> Iterator[str]:
    for number, alarm in profile.alarms.items():
        place = f"alarms.{number}"
        if alarm.reaction is Reaction.ABORT and alarm.severity < SEVERE:
            yield f"{place}: aborts with severity {alarm.severity}; red lamp and buzzer begin at {SEVERE}"
        if alarm.reaction in (Reaction.NONE, Reaction.WARN) and alarm.severity >= SEVERE:
            yield f"{place}: severity {alarm.severity} and yet no reaction; lower it below {SEVERE} or let the unit react"
        if "alarm.active_0" in profile.signals and f"alarm.active_{number // 16}" not in profile.signals:
            yield f"{place}: has no bit in the alarm words; add alarm.active_{number // 16} or choose a lower number"


def _safety(profile: Profile) -> Iterator[str]:
    served = {name for device in profile.devices.values() for name in device.functions}
    for function in profile.safety.values():
        place, alarm = f"safety.{function.id}", profile.alarms[function.alarm]
        # A function with a measured value may be served by the measurement itself (a state-of-charge gate).
        if function.id not in served and function.trigger.equals is not None:
            yield f"{place}: is served by no device; name it under a device's functions"
        if alarm.category is not AlarmCategory.SAFETY:
            yield f"{place}: its alarm {alarm.number} has category {alarm.category}; make it safety"
        if alarm.reaction is not function.reaction:
            yield f"{place}: reacts with {function.reaction}, its alarm {alarm.number} with {alarm.reaction}; let them agree"
        if function.trigger.equals is None and not function.fail_safe_sensor:
            yield f"{place}: a lost sensor goes unnoticed; set fail_safe_sensor: true"
    for device in profile.devices.values():
        if not device.source:
            yield f"devices.{device.id}: has no source; add one, with trust S if it is your own"


RULES: tuple[Callable[[Profile], Iterator[str]], ...] = (
    _alignment, _groups, _texts, _ranges, _units, _signals, _alarms, _safety,
)  # fmt: skip
