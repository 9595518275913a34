"""Wrongnesses of states, modes and commands (ledger area ``states``)."""

from __future__ import annotations

from typing import Any

from simulator.faults.model import Scene, fault

STOPPED, IDLE, EXECUTE = 2, 4, 6
STATE = "state.unit_state"


def _frozen(value: Any, scene: Scene) -> Any:
    return scene.memory.setdefault("first", value)


def _undefined_when_stopped(value: Any, scene: Scene) -> Any:
    return 0 if value == STOPPED else value


def _never_out_of_service(value: Any, scene: Scene) -> Any:
    return 2 if value == 1 else value


def _out_of_service_when_stopped(value: Any, scene: Scene) -> Any:
    return 1 if scene.values[STATE] == STOPPED else value


def _speed_at_standstill(value: Any, scene: Scene) -> Any:
    return scene.values["state.speed_setpoint"]


fault("states.undefined_state", "Stopped is reported as 0", values={STATE: _undefined_when_stopped})
fault(
    "states.undefined_cause",
    "Every cause is reported as 99",
    values={"state.cause": lambda v, s: 99},
)
fault(
    "states.never_out_of_service",
    "Aborted is reported as NotExecuting",
    values={"state.item_state": _never_out_of_service},
)
fault(
    "states.out_of_service_when_stopped",
    "Stopped is reported as OutOfService",
    values={"state.item_state": _out_of_service_when_stopped},
)
fault(
    "states.production_unsupported",
    "Production is missing among the supported modes",
    values={"state.supported_modes": lambda v, s: v & ~2},
)
fault("states.mode_swallowed", "A change of mode is answered Good and ignored", commands={"set_unit_mode": "swallow"})
fault("states.mode_at_any_time", "The mode can be changed while running", commands={"set_unit_mode": "force"})
fault(
    "states.operation_mode_constant",
    "Processing is reported in every mode",
    values={"state.operation_mode": lambda v, s: 3},
)
fault("states.time_in_state_frozen", "The time in state stands", values={"state.time_in_state": _frozen})
fault(
    "states.time_in_state_never_reset",
    "The time in state counts since power-on",
    values={"state.time_in_state": lambda v, s: s.now + 1000.0},
)
fault("states.account_frozen", "The standby account stands", values={"state.time_standby": _frozen})
fault(
    "states.accounts_overlap",
    "Every second is productive time as well",
    values={"state.time_productive": lambda v, s: int(s.now)},
)
fault("states.speed_swallowed", "A speed is answered Good and ignored", writes={"command.speed": "swallow"})
fault(
    "states.speed_at_standstill",
    "The current speed is the set-point in every state",
    values={"state.speed_actual": _speed_at_standstill},
)
fault(
    "states.last_command_hidden",
    "The command word always reads 0",
    values={"command.cntrl_cmd": lambda v, s: 0},
)

for _command in ("reset", "start", "stop", "hold", "unhold", "suspend", "unsuspend", "abort", "clear", "to_complete"):
    fault(
        f"states.{_command}_swallowed",
        f"{_command} is answered Good and nothing happens",
        commands={_command: "swallow"},
    )
fault("states.hold_at_any_time", "Hold is obeyed in every state", commands={"hold": "force:11"})
fault("states.reset_starts", "Reset leads on to Execute without Start", commands={"reset": "force:6"})
fault("states.clear_resets", "Clear leads on to Idle without Reset", commands={"clear": "force:4"})
fault(
    "states.unknown_command_accepted",
    "Numbers that are no command are answered Good",
    writes={"command.cntrl_cmd": "unchecked"},
    commands={"[0-9]*": "accept"},
)
fault(
    "states.refusal_unspecific",
    "Everything refused is refused as an internal error",
    opcua={"wrong_status_code_on_refusal": True},
)
fault(
    "states.accepted_not_counted",
    "Accepted commands are not counted",
    behaviours=frozenset({"command.no_accepted_count"}),
)
fault(
    "states.refused_not_counted", "Refused commands are not counted", behaviours=frozenset({"command.no_refused_count"})
)
fault("states.starved_not_flagged", "Starved is never set", values={"state.starved": lambda v, s: False})
fault("states.blocked_not_flagged", "Blocked is never set", values={"state.blocked": lambda v, s: False})
fault(
    "states.blocked_as_starved",
    "Blocked is reported with the cause Starved",
    values={"state.cause": lambda v, s: 1 if v == 2 else v},
)
fault(
    "states.failure_as_operator",
    "The unit's own failure is reported as the operator's doing",
    values={"state.cause": lambda v, s: 6 if v == 3 else v},
)
fault("states.no_stop_reason", "The stop reason always reads 0", values={"state.stop_reason": lambda v, s: 0})
fault(
    "states.unhold_despite_failure",
    "Unhold is obeyed while the failure stands",
    behaviours=frozenset({"command.recovers_with_alarm"}),
)
