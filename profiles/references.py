"""What one entry of a profile may not say alone: dangling references, overlapping registers, impossible values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from profiles.errors import ProfileError
from profiles.model import ProfileSpec, Signal, SignalType, StateTableSpec, Trigger
from profiles.yamlsource import Sourced

Path_ = tuple[Any, ...]


def check_profile(spec: ProfileSpec, namespaces: dict[str, str], sourced: Sourced) -> None:
    """Raise ``ProfileError`` for the first incoherence, at its place."""
    for rule in (_registers, _paths, _options, _alarms, _safety, _devices, _parameters, _recipes, _timers):
        rule(spec, namespaces, sourced)


def _fail(sourced: Sourced, path: Path_, what: str, mend: str) -> ProfileError:
    return ProfileError(sourced.place(path), f"{'.'.join(str(p) for p in path)}: {what}", mend)


def _registers(spec: ProfileSpec, _ns: dict[str, str], sourced: Sourced) -> None:
    taken: dict[tuple[str, int], str] = {}
    for signal in spec.signals.values():
        if signal.modbus is None:
            continue
        for offset in range(signal.registers):
            place = (str(signal.modbus.table), signal.modbus.address + offset)
            if place in taken:
                raise _fail(
                    sourced,
                    ("signals", signal.id, "modbus"),
                    f"{place[0]} address {place[1]} is already taken by {taken[place]}",
                    "move one of them",
                )
            taken[place] = signal.id


def _paths(spec: ProfileSpec, namespaces: dict[str, str], sourced: Sourced) -> None:
    taken: dict[str, str] = {}
    bound = [("signals", s.id, s.opcua.path) for s in spec.signals.values() if s.opcua]
    bound += [("methods", m.id, m.path) for m in spec.methods.values()]
    for section, entry, path in bound:
        for prefix in (step.partition(":")[0] for step in path.split("/")):
            if prefix not in namespaces:
                raise _fail(
                    sourced,
                    (section, entry),
                    f"namespace prefix '{prefix}' is not declared",
                    f"use one of {', '.join(sorted(namespaces))}, or declare it in pack.yaml",
                )
        if path in taken:
            raise _fail(
                sourced, (section, entry), f"path {path} is already taken by {taken[path]}", "give it a path of its own"
            )
        taken[path] = entry


def _options(spec: ProfileSpec, _ns: dict[str, str], sourced: Sourced) -> None:
    for section, entries in (("signals", spec.signals), ("methods", spec.methods)):
        for entry in entries.values():
            if entry.option is not None and entry.option not in spec.options:
                raise _fail(
                    sourced,
                    (section, entry.id, "option"),
                    f"option '{entry.option}' is not declared",
                    f"declare it under options, or use one of {', '.join(spec.options)}",
                )


def _alarms(spec: ProfileSpec, _ns: dict[str, str], sourced: Sourced) -> None:
    seen: dict[str, int] = {}
    for alarm in spec.alarms.values():
        if alarm.id in seen:
            raise _fail(
                sourced,
                ("alarms", alarm.number, "id"),
                f"id '{alarm.id}' is already taken by alarm {seen[alarm.id]}",
                "give it a name of its own",
            )
        seen[alarm.id] = alarm.number


def _need_alarm(spec: ProfileSpec, sourced: Sourced, path: Path_, number: int) -> None:
    if number not in spec.alarms:
        raise _fail(sourced, path, f"alarm {number} does not exist", "declare it under alarms or name another")


def _need_signal(
    spec: ProfileSpec, sourced: Sourced, path: Path_, signal: str, need: Callable[[Signal], bool], kind: str
) -> None:
    found = spec.signals.get(signal)
    if found is None:
        raise _fail(sourced, path, f"signal '{signal}' does not exist", "declare it under signals or correct its name")
    if not need(found):
        raise _fail(sourced, path, f"signal '{signal}' has type {found.type}", f"name {kind}")


def _is_bool(signal: Signal) -> bool:
    return signal.type is SignalType.BOOL


def _is_number(signal: Signal) -> bool:
    return signal.type not in (SignalType.BOOL, SignalType.STRING, SignalType.LOCALIZED, SignalType.DATETIME)


def _safety(spec: ProfileSpec, _ns: dict[str, str], sourced: Sourced) -> None:
    for function in spec.safety.values():
        at = ("safety", function.id)
        _need_alarm(spec, sourced, (*at, "alarm"), function.alarm)
        _need_signal(spec, sourced, (*at, "ok_signal"), function.ok_signal, _is_bool, "a bool signal")
        trigger = function.trigger
        _need_signal(spec, sourced, (*at, "trigger", "signal"), trigger.signal, lambda s: True, "a signal")
        key = next(k for k in ("equals", "above", "below") if getattr(trigger, k) is not None)
        need, kind = (_is_bool, "a bool signal") if key == "equals" else (_is_number, "a number")
        _need_signal(spec, sourced, (*at, "trigger", key), trigger.signal, need, kind)
        _limit(spec, sourced, (*at, "trigger"), function.trigger)


def _limit(spec: ProfileSpec, sourced: Sourced, path: Path_, trigger: Trigger) -> None:
    """A limit that the sensor cannot pass would be no limit."""
    bounds = spec.signals[trigger.signal].range
    key, limit = ("above", trigger.above) if trigger.above is not None else ("below", trigger.below)
    if bounds is not None and limit is not None and not bounds[0] < limit < bounds[1]:
        raise _fail(
            sourced,
            (*path, key),
            f"{limit:g} lies outside the range {list(bounds)} of {trigger.signal}",
            "choose a limit inside, or widen the range",
        )


def _devices(spec: ProfileSpec, _ns: dict[str, str], sourced: Sourced) -> None:
    for device in spec.devices.values():
        _need_signal(spec, sourced, ("devices", device.id, "signal"), device.signal, _is_bool, "a bool signal")
        for function in device.functions:
            if function not in spec.safety:
                raise _fail(
                    sourced,
                    ("devices", device.id, "functions"),
                    f"safety function '{function}' does not exist",
                    f"use one of {', '.join(spec.safety)}",
                )


def _parameters(spec: ProfileSpec, _ns: dict[str, str], sourced: Sourced) -> None:
    for index, name in enumerate(spec.parameters):
        _need_signal(spec, sourced, ("parameters", index), name, lambda s: True, "a signal")
    for index, name in enumerate(spec.process_values):
        _need_signal(spec, sourced, ("process_values", index), name, _is_number, "a number")
    for name in spec.parameters:
        signal = spec.signals[name]
        if signal.range is None and signal.enum is None and signal.type is not SignalType.BOOL:
            raise _fail(
                sourced, ("signals", name), "a parameter needs a range or an enumeration", "add range: [low, high]"
            )


def _recipes(spec: ProfileSpec, _ns: dict[str, str], sourced: Sourced) -> None:
    for recipe in spec.recipes.values():
        for name, value in recipe.values.items():
            at = ("recipes", recipe.number, "values", name)
            if name not in spec.parameters:
                raise _fail(sourced, at, "is not a parameter of this profile", "list it under parameters or remove it")
            wrong = _misfit(spec.signals[name], value)
            if wrong is not None:
                raise _fail(sourced, at, f"value {value!r} {wrong[0]}", wrong[1])
        missing = [p for p in spec.parameters if p not in recipe.values]
        if missing:
            raise _fail(
                sourced, ("recipes", recipe.number, "values"), f"has no value for {', '.join(missing)}", "add it"
            )


def _misfit(signal: Signal, value: object) -> tuple[str, str] | None:
    """What is wrong with a value for a signal, and the mend; ``None`` if it fits."""
    if signal.type is SignalType.BOOL or not _is_number(signal):
        kind = bool if signal.type is SignalType.BOOL else str
        return None if isinstance(value, kind) else (f"is no {signal.type}", "correct the value")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"is no {signal.type}", "give a number"
    if "int" in signal.type and value != int(value):
        return f"is no {signal.type}", "give a whole number"
    if signal.enum is not None and value not in signal.enum:
        return f"is none of {list(signal.enum)}", "choose one of them, or extend the enumeration"
    if signal.range is not None and not signal.range[0] <= value <= signal.range[1]:
        return f"lies outside {list(signal.range)}", "choose a value inside, or widen the range"
    return None


def check_state_table(table: StateTableSpec, sourced: Sourced) -> None:
    """Raise ``ProfileError`` for states that are named twice, transitions to nowhere, and events with two answers."""
    numbers: set[int] = set()
    names: set[str] = set()
    for index, state in enumerate(table.states):
        if state.number in numbers or state.name in names:
            what = f"state {state.number} {state.name} stands twice"
            raise _fail(sourced, ("states", index), what, "give it a number and a name of its own")
        numbers.add(state.number)
        names.add(state.name)
    ends: list[tuple[Path_, int | None]] = [(("initial",), table.initial), (("illegal",), table.illegal)]
    answered: set[tuple[int, str]] = set()
    for index, move in enumerate(table.transitions):
        at: Path_ = ("transitions", index)
        ends += [((*at, "from"), move.source), ((*at, "to"), move.target)]
        if (move.source, move.on) in answered:
            raise _fail(sourced, at, f"state {move.source} answers '{move.on}' twice", "keep one of them")
        answered.add((move.source, move.on))
    ends += [(("tolerated", index, 0), state) for index, (state, _) in enumerate(table.tolerated)]
    for path, number in ends:
        if number is not None and number not in numbers:
            raise _fail(
                sourced, path, f"state {number} does not exist", "declare it under states or correct the number"
            )


def _timers(spec: ProfileSpec, _ns: dict[str, str], sourced: Sourced) -> None:
    for name, timer in spec.handover.timers.items():
        _need_alarm(spec, sourced, ("handover", "timers", name, "alarm"), timer.alarm)
    if spec.handover.heartbeat_loss_s <= spec.handover.heartbeat_s:
        raise _fail(
            sourced,
            ("handover", "heartbeat_loss_s"),
            "is not longer than the heartbeat itself",
            "allow at least two heartbeats",
        )
