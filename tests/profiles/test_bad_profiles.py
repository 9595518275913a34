"""Profiles that cannot be meant: each is one error at file:line:column, with what is wrong and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from profile_files import child, refusal, write

from profiles import load_profile

SIGNAL = "title: {en: X, ja: 信号}, type: float32"
BOUND = 'opcua: {path: "s:Process/s:X"}'

# (the child's lines from line 3 on, line, column, what, mend)
CASES = {
    "unknown key": ("tilte: {en: A, ja: 機}\n", 3, 1, "tilte: unknown key", "did you mean 'title'?"),
    "unknown key inside": (
        "signals:\n  process.alignment_error: {updat_ms: 100}\n", 4, 29, "updat_ms: unknown key", "did you mean 'update_ms'?",
    ),
    "unknown key far from any": ("qqqq: 1\n", 3, 1, "qqqq: unknown key", "correct its spelling"),
    "wrong type": ("signals: {process.x: 5}\n", 3, 11, "must be a mapping of keys, not 5", "correct the value"),
    "wrong top": ("signals: [a]\n", 3, 1, "signals: must be a mapping of keys, not ['a']", "correct the value"),
    "bad version": ("version: one\n", 3, 1, "version: 'one' is no version", 'write three numbers, for example "1.1.0"'),
    "version that is a number": ("version: 1.1\n", 3, 1, "version: 1.1 is a number, no version", 'quote them: "1.1.0"'),
    "version that is a whole number": ("version: 2\n", 3, 1, "2 is a number, no version", 'quote them: "2.0.0"'),
    "misspelt inherited signal": (
        "signals:\n  process.alignment_eror: {update_ms: 100}\n", 4, 3,
        "signals.process.alignment_eror: title is missing, and no such signal is inherited", "did you mean 'process.alignment_error'?",
    ),
    "misspelt inherited safety function": (
        "safety:\n  emergency_stp: {reaction_time_s: 1}\n", 4, 3, "no such safety function is inherited", "did you mean 'emergency_stop'?",
    ),
    "bad signal id": (f"signals: {{Process: {{{SIGNAL}, {BOUND}}}}}\n", 3, 11, "should match", "correct the value"),
    "unknown signal type": (
        f"signals: {{process.x: {{title: {{en: X, ja: 値}}, type: real, {BOUND}}}}}\n", 3, 46, "type: must be", "correct",
    ),
    "missing key": (f"signals: {{process.x: {{type: bool, {BOUND}}}}}\n", 3, 11, "title is missing, and no such signal is inherited", "add it"),
    "no Japanese": (
        f"signals: {{process.x: {{title: {{en: X}}, type: bool, {BOUND}}}}}\n", 3, 23, "title.ja: is missing", "add it",
    ),
    "no binding": (f"signals: {{process.x: {{{SIGNAL}}}}}\n", 3, 11, "has no binding", "give opcua, modbus or both"),
    "empty range": (
        "signals: {parameter.sheet_time: {range: [2, 1]}}\n", 3, 34, "range [2.0, 1.0] is empty", "put the smaller bound first",
    ),
    "infinite range": (
        "signals: {parameter.sheet_time: {range: [0, .inf]}}\n", 3, 45, "must be a finite number", "correct the value",
    ),
    "bool in registers": (
        "signals: {process.x: {title: {en: X, ja: 値}, type: bool, modbus: {table: input, address: 500}}}\n",
        3, 46, "type bool cannot live in table input", "bool goes to coil or discrete",
    ),
    "writable input register": (
        f"signals: {{process.x: {{{SIGNAL}, access: rw, modbus: {{table: input, address: 500}}}}}}\n",
        3, 11, "bound to read-only table input", "use coil or holding",
    ),
    "string without words": (
        "signals: {process.x: {title: {en: X, ja: 値}, type: string, modbus: {table: input, address: 500}}}\n",
        3, 11, "needs 'words'", "",
    ),
    "words that do not fit": (
        f"signals: {{process.x: {{{SIGNAL}, modbus: {{table: input, address: 500, words: 3}}}}}}\n",
        3, 11, "words 3 does not fit type float32", "leave it out",
    ),
    "scale zero": (
        f"signals: {{process.x: {{{SIGNAL}, modbus: {{table: input, address: 500, scale: 0}}}}}}\n",
        3, 11, "scale 0 cannot be inverted", "use 1 for none",
    ),
    "past the last register": (
        f"signals: {{process.x: {{{SIGNAL}, modbus: {{table: input, address: 65535}}}}}}\n",
        3, 11, "runs past 65535", "",
    ),
    "negative address": (
        f"signals: {{process.x: {{{SIGNAL}, modbus: {{table: input, address: -1}}}}}}\n",
        3, 85, "greater than or equal to 0, not -1", "correct the value",
    ),
    "overlapping registers": (
        f"signals:\n  process.x: {{{SIGNAL}, modbus: {{table: input, address: 401}}}}\n",
        4, 54, "input address 401 is already taken by process.alignment_error", "move one of them",
    ),
    "overlapping bits": (
        "signals:\n  process.x: {title: {en: X, ja: 値}, type: bool, modbus: {table: discrete, address: 61}}\n",
        4, 50, "discrete address 61 is already taken by safety.emergency_stop_ok", "move one of them",
    ),
    "undeclared namespace": (
        f"signals:\n  process.x: {{{SIGNAL}, opcua: {{path: \"q:X\"}}}}\n", 4, 3, "prefix 'q' is not declared", "declare it in pack.yaml",
    ),
    "path taken": (
        f"signals:\n  process.x: {{{SIGNAL}, opcua: {{path: \"s:Process/s:StackThickness\"}}}}\n",
        4, 3, "is already taken by process.stack_thickness", "give it a path of its own",
    ),
    "path without prefix": (
        f"signals:\n  process.x: {{{SIGNAL}, opcua: {{path: Process/X}}}}\n", 4, 62, "should match pattern", "correct the value",
    ),
    "undeclared option": (
        f"signals:\n  process.x: {{{SIGNAL}, {BOUND}, option: recipe}}\n", 4, 86, "option 'recipe' is not declared", "recipes",
    ),
    "alarm named twice": (
        "alarms:\n  50: {id: jam, severity: 500, category: process, reaction: hold, text: {en: A, ja: あ}}\n"
        "  51: {id: jam, severity: 500, category: process, reaction: hold, text: {en: B, ja: い}}\n",
        5, 8, "id 'jam' is already taken by alarm 50", "name of its own",
    ),
    "alarm number as a name": ("alarms: {jam: {severity: 1}}\n", 3, 10, "alarms.jam: the key is not a number", "write a number"),
    "alarm number as text": ('alarms: {"40": {severity: 1}}\n', 3, 10, "alarms.40: the key is not a number", "write a number"),
    "alarm number too high": (
        "alarms: {128: {id: jam, severity: 5, category: process, reaction: hold, text: {en: A, ja: あ}}}\n",
        3, 10, "less than or equal to 127, not 128", "correct the value",
    ),
    "id that differs from its key": ("options: {recipes: {id: other}}\n", 3, 21, "id differs from its key 'recipes'", "leave it out"),
    "dangling alarm of a safety function": (
        "safety:\n  guard: {alarm: 99}\n", 4, 11, "safety.guard.alarm: alarm 99 does not exist", "declare it under alarms",
    ),
    "dangling ok signal": (
        "safety:\n  guard: {ok_signal: safety.nothing}\n", 4, 11, "signal 'safety.nothing' does not exist", "correct its name",
    ),
    "ok signal that is a number": (
        "safety:\n  guard: {ok_signal: state.cause}\n", 4, 11, "signal 'state.cause' has type uint16", "name a bool signal",
    ),
    "numeric trigger on a bool": (
        "safety:\n  guard: {trigger: {equals: null, above: 3}}\n", 4, 35, "'safety.guards_closed' has type bool", "name a number",
    ),
    "trigger with two conditions": (
        "safety:\n  guard: {trigger: {above: 3}}\n", 4, 11, "needs exactly one of equals, above, below", "",
    ),
    "limit that the sensor cannot pass": (
        "safety:\n  guard: {trigger: {equals: null, above: 11, signal: process.alignment_error}}\n",
        4, 35, "11 lies outside the range [0.0, 10.0] of process.alignment_error", "choose a limit inside",
    ),
    "device without its signal": (
        "devices:\n  main_switch: {signal: device.none}\n", 4, 17, "signal 'device.none' does not exist", "declare it under signals",
    ),
    "device of an unknown function": (
        "devices:\n  main_switch: {functions: [lock]}\n", 4, 17, "safety function 'lock' does not exist", "lockout",
    ),
    "dangling parameter": (
        "parameters: [parameter.sheet_count, parameter.none]\n", 3, 37, "signal 'parameter.none' does not exist", "",
    ),
    "dangling process value": ("process_values:\n  - process.none\n", 4, 5, "signal 'process.none' does not exist", ""),
    "process value that is a text": ("process_values: [item.id]\n", 3, 18, "signal 'item.id' has type string", "name a number"),
    "parameter without range": (
        "signals:\n  parameter.sheet_time: {range: null}\n", 4, 3, "a parameter needs a range or an enumeration", "add range",
    ),
    "recipe out of range": (
        "recipes:\n  1: {values: {parameter.sheet_count: 500}}\n",
        4, 16, "recipes.1.values.parameter.sheet_count: value 500 lies outside [10.0, 200.0]", "widen the range",
    ),
    "recipe with half a sheet": (
        "recipes:\n  1: {values: {parameter.sheet_count: 10.5}}\n", 4, 16, "value 10.5 is no uint16", "give a whole number",
    ),
    "recipe with a text": (
        "recipes:\n  1: {values: {parameter.sheet_count: many}}\n", 4, 16, "value 'many' is no uint16", "give a number",
    ),
    "recipe with a truth": (
        "recipes:\n  1: {values: {parameter.sheet_count: true}}\n", 4, 16, "value True is no uint16", "give a number",
    ),
    "recipe of a strange parameter": (
        "recipes:\n  1: {values: {process.stack_thickness: 1}}\n", 4, 16, "is not a parameter of this profile", "list it",
    ),
    "recipe that forgets one": (
        "recipes:\n  1: {values: {parameter.sheet_count: null}}\n", 4, 7, "has no value for parameter.sheet_count", "add it",
    ),
    "recipe number nought": (
        "recipes: {0: {id: a, version: 1.0.0, title: {en: A, ja: あ}, values: {}}}\n", 3, 11, "greater than or equal to 1, not 0", "",
    ),
    "heartbeat lost too early": (
        "handover:\n  heartbeat_loss_s: 1\n", 4, 3, "is not longer than the heartbeat itself", "at least two heartbeats",
    ),
    "timer of an unknown alarm": (
        "handover:\n  timers: {t1: {alarm: 99}}\n", 4, 17, "handover.timers.t1.alarm: alarm 99 does not exist", "declare it under alarms",
    ),
    "misspelt inherited timer": (
        "handover:\n  timers: {t22: {seconds: 2}}\n", 4, 12, "handover.timers.t22: title is missing, and no such timer is inherited", "did you mean 't2'?",
    ),
    "timer that is not there to be removed": (
        "handover:\n  timers: {t22: null}\n", 4, 12, "handover.timers.t22: null removes what the base does not have", "did you mean 't2'?",
    ),
    "timers as a list": (
        "handover:\n  timers: [{id: t2, seconds: 5}]\n", 4, 3, "handover.timers: must be a mapping of keys", "write each id as a key",
    ),
    "new timer without its events": (
        "handover:\n  timers: {t6: {title: {en: T6, ja: タイマ}, seconds: 5}}\n", 4, 12, "handover.timers.t6.start: is missing (and 4 more)", "add it",
    ),
    "list in place of an inherited one, one key missing": (
        "basis:\n  sources:\n    - {ref: our reading}\n", 5, 7, "basis.sources.0.trust: is missing", "add it",
    ),
    "key of another level": ("timers: {t2: {seconds: 5}}\n", 3, 1, "timers: unknown key", "it belongs under 'handover'"),
    "key of entries": ("handover: {watched_by: both}\n", 3, 12, "unknown key", "it belongs under an entry of 'handover.timers'"),
    "key of another file": (
        "requirements: {HO-PLANT-001: {}}\n", 3, 1, "requirements: does not stand in this file", "requirements stand in the ledger of a pack",
    ),
    "key that is like one of another level": ("argument: 1\n", 3, 1, "argument: unknown key", "remove it, or correct its spelling"),
    "endless timer": (
        "handover: {clear_s: .inf}\n", 3, 12, "finite number", "correct the value",
    ),
    "unknown trust": (
        "basis: {sources: [{ref: x, trust: Z}]}\n", 3, 28, "must be 'A', 'B', 'C', 'D', 'K' or 'S', not 'Z'", "correct",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "line", "column", "what", "mend"), CASES.values(), ids=CASES)
def test_a_profile_that_cannot_be_meant(
    tmp_path: Path, body: str, line: int, column: int, what: str, mend: str
) -> None:
    path = child(tmp_path, body)
    refusal(lambda: load_profile(path), path, line, column, what, mend)


def test_the_first_of_several_errors_is_told_with_their_number(tmp_path: Path) -> None:
    path = child(tmp_path, "one: 1\ntwo: 2\nthree: 3\n")
    refusal(lambda: load_profile(path), path, 3, 1, "one: unknown key (and 2 more)", "spelling")


@pytest.mark.parametrize(
    ("text", "what"), [("", "is empty"), ("# nothing\n", "is empty"), ("- a\n", "is not a mapping")]
)
def test_a_file_without_keys(tmp_path: Path, text: str, what: str) -> None:
    path = write(tmp_path, "empty.yaml", text)
    line, column = (1, 1) if text.startswith("-") else (0, 0)
    refusal(lambda: load_profile(path), path, line, column, what, "begin with 'key: value' lines")


def test_long_values_are_cut_in_the_error(tmp_path: Path) -> None:
    path = child(tmp_path, f"version: {'9' * 500}\n")
    error = refusal(lambda: load_profile(path), path, 3, 1, "version", "three numbers")
    assert len(str(error)) < len(str(path)) + 250
