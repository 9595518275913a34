"""A profile fitted to one target: overridden bindings, tolerances and requirement parameters, claims completed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from conformance.targetfile import BindingOverride, Target
from profiles.model import ModbusBinding, OpcuaBinding, Signal
from profiles.pack import Profile

_NODE_ID = re.compile(r"^(ns=\d+;|nsu=[^;]+;)?[isgb]=.+$")


@dataclass(frozen=True)
class Fitted:
    """``nodes`` maps signals to node ids that replace their browse paths; ``parameters`` requirement ids to values."""

    profile: Profile
    nodes: dict[str, str]
    claims: dict[str, bool]
    parameters: dict[str, dict[str, Any]]

    def parameter(self, requirement_id: str, name: str) -> Any:
        """The target file's value, else the ledger's; ``KeyError`` if neither has it."""
        own = self.parameters.get(requirement_id, {})
        return own[name] if name in own else self.profile.requirement(requirement_id).parameters[name]


def fit(profile: Profile, target: Target) -> Fitted:
    """Apply a target file to a profile. Raises ``TargetFileError`` at the key that does not fit."""
    file = target.file
    signals = dict(profile.signals)
    nodes: dict[str, str] = {}
    for signal_id, override in file.bindings.items():
        signal = _known(signals, signal_id, target, ("bindings", signal_id))
        signals[signal_id] = _bound(signal, override, target)
        if override.opcua is not None and _NODE_ID.match(override.opcua):
            nodes[signal_id] = override.opcua
    for signal_id, tolerance in file.tolerances.items():
        signal = _known(signals, signal_id, target, ("tolerances", signal_id))
        signals[signal_id] = signal.model_copy(update={"tolerance": tolerance})
    _check_parameters(profile, target)
    return Fitted(replace(profile, signals=signals), nodes, _claims(profile, target), dict(file.parameters))


def _known(signals: dict[str, Signal], signal_id: str, target: Target, path: tuple[Any, ...]) -> Signal:
    if signal_id not in signals:
        raise target.fail(path, f"the profile has no signal '{signal_id}'", "see setsubi profile show")
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


def _check_parameters(profile: Profile, target: Target) -> None:
    known = {r.id: r for r in profile.ledger}
    for requirement_id, values in target.file.parameters.items():
        if requirement_id not in known:
            raise target.fail(
                ("parameters", requirement_id), f"there is no requirement {requirement_id}", "see setsubi check --list"
            )
        for name in values:
            if name not in known[requirement_id].parameters:
                names = ", ".join(known[requirement_id].parameters) or "none"
                raise target.fail(
                    ("parameters", requirement_id, name),
                    f"{requirement_id} has no parameter '{name}'",
                    f"it has: {names}",
                )


def _claims(profile: Profile, target: Target) -> dict[str, bool]:
    for option in target.file.claims:
        if option not in profile.options:
            names = ", ".join(profile.options) or "none"
            raise target.fail(("claims", option), f"the profile has no option '{option}'", f"it has: {names}")
    return {o.id: target.file.claims.get(o.id, o.default) for o in profile.options.values()}
