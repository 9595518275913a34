"""A profile fitted to one target: overridden bindings, tolerances and requirement parameters, claims completed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from conformance.errors import TargetFileError, raise_all
from conformance.targetfile import BindingOverride, Target
from profiles.model import ModbusBinding, OpcuaBinding, Protocol, Signal
from profiles.naming import did_you_mean
from profiles.pack import Profile

_NODE_ID = re.compile(r"^(ns=\d+;|nsu=[^;]+;)?[isgb]=.+$")


@dataclass(frozen=True)
class Fitted:
    """``nodes`` maps signals to node ids that replace their browse paths; ``parameters`` requirement ids to values."""

    profile: Profile
    nodes: dict[str, str]
    claims: dict[str, bool]
    parameters: dict[str, dict[str, Any]]

    def address(self, signal_id: str, wire: Protocol) -> str | None:
        """Where a signal lives on a protocol: its node, or the register that a PLC programmer looks for (``input:120 (300121)``)."""
        signal = self.profile.signals.get(signal_id)
        if signal is None:
            return None
        if wire is Protocol.MODBUS:
            at = signal.modbus
            return None if at is None else f"{at.table}:{at.address} ({at.reference})"
        return self.nodes.get(signal_id) or (None if signal.opcua is None else signal.opcua.path)

    def parameter(self, requirement_id: str, name: str) -> Any:
        """The target file's value, else the ledger's; ``KeyError`` if neither has it."""
        own = self.parameters.get(requirement_id, {})
        return own[name] if name in own else self.profile.requirement(requirement_id).parameters[name]


def fit(profile: Profile, target: Target) -> Fitted:
    """Apply a target file to a profile. Raises ``TargetFileError`` at the key that does not fit, ``TargetFileErrors`` at
    several."""
    file = target.file
    signals = dict(profile.signals)
    nodes: dict[str, str] = {}
    wrong = [*_strange_parameters(profile, target), *_strange_claims(profile, target)]
    for signal_id, override in file.bindings.items():
        try:
            signal = _known(signals, signal_id, target, ("bindings", signal_id))
            signals[signal_id] = _bound(signal, override, target)
        except TargetFileError as error:
            wrong.append(error)
        if override.opcua is not None and _NODE_ID.match(override.opcua):
            nodes[signal_id] = override.opcua
    for signal_id, tolerance in file.tolerances.items():
        try:
            signal = _known(signals, signal_id, target, ("tolerances", signal_id))
            signals[signal_id] = signal.model_copy(update={"tolerance": tolerance})
        except TargetFileError as error:
            wrong.append(error)
    raise_all(wrong)
    claims = {o.id: file.claims.get(o.id, o.default) for o in profile.options.values()}
    return Fitted(replace(profile, signals=signals), nodes, claims, dict(file.parameters))


def _known(signals: dict[str, Signal], signal_id: str, target: Target, path: tuple[Any, ...]) -> Signal:
    if signal_id not in signals:
        raise target.fail(
            path,
            f"the profile has no signal '{signal_id}'",
            did_you_mean(signal_id, signals, "see setsubi profile show"),
        )
    return signals[signal_id]


def _bound(signal: Signal, override: BindingOverride, target: Target) -> Signal:
    at = ("bindings", signal.id)
    update: dict[str, Any] = {}
    try:
        if override.opcua is not None and not _NODE_ID.match(override.opcua):
            update["opcua"] = OpcuaBinding(path=override.opcua)
        if override.modbus is not None:
            present = signal.modbus.model_dump() if signal.modbus is not None else {}
            update["modbus"] = ModbusBinding.model_validate({**present, **override.modbus})
        return Signal.model_validate({**signal.model_dump(), **{k: v.model_dump() for k, v in update.items()}})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        raise target.fail(at, f"the binding of {signal.id} does not fit: {message}", "correct the override") from None


def _strange_parameters(profile: Profile, target: Target) -> Iterator[TargetFileError]:
    known = {r.id: r for r in profile.ledger}
    for requirement_id, values in target.file.parameters.items():
        if requirement_id not in known:
            mend = did_you_mean(requirement_id, known, "see setsubi check --list")
            yield target.fail(("parameters", requirement_id), f"there is no requirement {requirement_id}", mend)
            continue
        for name in values:
            if name not in known[requirement_id].parameters:
                names = ", ".join(known[requirement_id].parameters) or "none"
                yield target.fail(
                    ("parameters", requirement_id, name),
                    f"{requirement_id} has no parameter '{name}'",
                    f"it has: {names}",
                )


def _strange_claims(profile: Profile, target: Target) -> Iterator[TargetFileError]:
    for option in target.file.claims:
        if option not in profile.options:
            names = ", ".join(profile.options) or "none"
            yield target.fail(("claims", option), f"the profile has no option '{option}'", f"it has: {names}")
