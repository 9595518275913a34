"""A client on the open62541 stack, where its package can be had: a second opinion on the OPC UA side of the served line."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from served_line import READY_S, ServedLine

PEER = Path(__file__).parent / "o6_peer.py"
UNIT = "AB"


@pytest.mark.skipif(importlib.util.find_spec("o6") is None, reason="the package o6 is not installed on this platform")
def test_a_client_of_open62541_reads_hears_and_commands_a_conveyor(line: ServedLine, tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    command = [sys.executable, "-X", "utf8", str(PEER), line.units[UNIT].opcua, UNIT, str(answers)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=READY_S, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(answers.read_text(encoding="utf-8"))
    assert (said["serial"], said["profile"]) == ("SIM-AB", "conveyor")
    assert said["entered"] >= 0
    assert said["answers"] == [
        ["Stop", "GOOD", 2],
        ["Start", "BAD_INVALID_STATE", 2],  # refused, and the state stays
        ["Reset", "GOOD", 4],
        ["Stop", "GOOD", 2],
    ]
    assert said["refused"] == ["BAD_OUT_OF_RANGE", "BAD_TYPE_MISMATCH"]
    assert said["heard"][-3:] == [2, 4, 2]
