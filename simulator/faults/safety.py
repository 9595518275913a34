"""Wrongnesses of what is reported of safety (ledger area ``safety``)."""

from __future__ import annotations

from typing import Any

from simulator.faults.model import Scene, fault

STOPPED, IDLE, EXECUTE, SUSPENDED = 2, 4, 6, 5
STATE = "state.unit_state"


def _late_abort(value: Any, scene: Scene) -> Any:
    """Aborting and Aborted are reported four seconds late."""
    if value not in (8, 9):
        scene.memory.update(shown=value, since=None)
        return value
    if scene.memory.get("since") is None:
        scene.memory["since"] = scene.now
    return value if scene.now - scene.memory["since"] >= 4.0 else scene.memory.get("shown", value)


fault(
    "safety.device_dead",
    "A device's signal reads 0 without an alarm",
    values={"device.guard_switch": lambda v, s: False},
)
fault("safety.device_always_healthy", "Devices always read healthy", values={"device.*": lambda v, s: True})
fault("safety.all_ok_stuck_off", "all_ok always reads 0", values={"safety.all_ok": lambda v, s: False})
fault("safety.all_ok_stuck_on", "all_ok always reads 1", values={"safety.all_ok": lambda v, s: True})
fault("safety.guard_signal_stuck", "The guards always read closed", values={"safety.guards_closed": lambda v, s: True})
fault(
    "safety.alarms_hidden",
    "Alarms of safety functions have no bit",
    values={"alarm.active_0": lambda v, s: v & ~0b111110},
)
fault("safety.signals_writable", "Safety signals can be written", opcua={"write_to_read_only_good": {"safety.*"}})
fault("safety.devices_writable", "Device signals can be written", opcua={"write_to_read_only_good": {"device.*"}})
fault("safety.clear_despite_cause", "Clear is obeyed while the cause stands", commands={"clear": "force:2"})
fault("safety.reset_not_shown", "A required reset is not shown", values={"safety.reset_required": lambda v, s: False})
fault(
    "safety.local_reset_clears",
    "The local reset of the emergency stop takes the unit out of Aborted",
    acts={"reset_device:emergency_stop": "then:clear"},
)
fault(
    "safety.emergency_stop_ignored",
    "The emergency stop is shown and the unit runs on",
    acts={"trip:emergency_stop": "signal_only"},
)
fault("safety.abort_late", "Abort is reported four seconds late", values={STATE: _late_abort})
fault(
    "safety.cause_hidden",
    "The cause Safety is reported as none",
    values={"state.cause": lambda v, s: 0 if v == 5 else v},
)
fault("safety.handover_stays_safe", "The infeed always says safe", values={"handover.infeed.safe": lambda v, s: True})
fault("safety.guard_ignored", "An opened guard is shown and the unit runs on", acts={"trip:guard": "signal_only"})
fault("safety.guards_unlocked", "The guards are never locked", values={"safety.guards_locked": lambda v, s: False})
fault(
    "safety.earth_leakage_ignored",
    "Earth leakage is shown and the unit runs on",
    acts={"trip:earth_leakage": "signal_only"},
)
fault("safety.lockout_ignored", "The lock-out is shown and the unit runs on", acts={"trip:lockout": "signal_only"})
fault("safety.start_despite_lockout", "Start is obeyed under lock-out", commands={"start": "force:6"})
fault("safety.sensor_ignored", "Measured values trip nothing", acts={"sensor:*": "ignore"})
fault("safety.sensor_failure_ignored", "A failed sensor counts as safe", acts={"sensor_fail:*": "ignore"})
fault(
    "safety.green_at_standstill",
    "Green is lit in Stopped and Idle",
    values={"lamp.green": lambda v, s: v or s.values[STATE] in (STOPPED, IDLE)},
)
fault(
    "safety.green_dark_in_execute",
    "Green is dark in Execute",
    values={"lamp.green": lambda v, s: False},
)
fault(
    "safety.green_while_waiting",
    "Green is lit while waiting",
    values={"lamp.green": lambda v, s: v or s.values[STATE] == SUSPENDED},
)
fault("safety.red_dark", "Red is never lit", values={"lamp.red": lambda v, s: False})
fault("safety.blue_dark", "Blue is never lit", values={"lamp.blue": lambda v, s: False})
fault("safety.buzzer_silent", "The buzzer is never sounded", values={"lamp.buzzer": lambda v, s: False})
fault("safety.yellow_dark", "Yellow is never lit", values={"lamp.yellow": lambda v, s: False})
