"""Runs that do not come to their end: what was found is kept, what was written is put back where it can be, and the exit code
says what happened."""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import json
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from command import setsubi
from pyModbusTCP.client import ModbusClient
from served_line import Command
from served_mock import ServedMock
from strangers import listening, silent

from conformance.aftercare import Aftercare
from conformance.exitcodes import ExitCode
from conformance.targetfile import load_target
from simulator.experiments import workers

PATIENCE_S = 60.0
"""Wall seconds until a wait counts as failed; nothing is decided by how long it takes."""
COMPONENT_NAME, WORDS = 100, 16  # holding registers of identity.component_name


@pytest.fixture(scope="module")
def mock() -> Iterator[ServedMock]:
    with ServedMock("conveyor") as served:
        yield served


def write_target(mock: ServedMock, folder: Path) -> Path:
    at = mock.unit.addresses
    host, _, port = at.modbus.removeprefix("modbus://").rpartition(":")
    path = folder / "target.yaml"
    path.write_text(
        f"kind: mock\nprofile: conveyor\nopcua: {{url: {at.opcua}}}\nmodbus: {{host: {host}, port: {port}}}\n"
        "parameters: {ID-USER-001: {read_back_s: 600}}\n"
        "timeouts: {connect_s: 600, request_s: 600, check_s: 600}\n",
        encoding="utf-8",
    )
    return path


def component_name(mock: ServedMock) -> str:
    """As a third party reads it."""
    host, _, port = mock.unit.addresses.modbus.removeprefix("modbus://").rpartition(":")
    client = ModbusClient(host=host, port=int(port), unit_id=255, auto_open=True, auto_close=True)
    registers = client.read_holding_registers(COMPONENT_NAME, WORDS) or []
    return b"".join(r.to_bytes(2, "big") for r in registers).rstrip(b"\0").decode()


@contextlib.contextmanager
def ctrl_c_when(seen: Callable[[], bool]) -> Iterator[None]:
    """As the terminal does, once something is seen; the keyboard interrupt reaches the main thread on every platform. If
    what is done in the context ends before, nothing is pressed, and the test fails for that."""
    over, pressed = threading.Event(), threading.Event()

    def wait() -> None:
        while not over.is_set():
            if seen():
                pressed.set()
                _thread.interrupt_main()
                return
            over.wait(0.01)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PATIENCE_S)
    assert pressed.is_set(), "it ended before Ctrl-C could be pressed"


def events_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.ndjson").read_text(encoding="utf-8").splitlines()]


def no_signal_handlers(_loop: Any, *_: Any) -> None:
    """What the event loop of Windows answers."""
    raise NotImplementedError


@pytest.mark.parametrize("windows", [False, True])
def test_ctrl_c_ends_the_check_restores_and_keeps_what_was_found(
    windows: bool, mock: ServedMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if windows:
        monkeypatch.setattr(asyncio.BaseEventLoop, "add_signal_handler", no_signal_handlers, raising=False)
        monkeypatch.setattr(asyncio.SelectorEventLoop, "add_signal_handler", no_signal_handlers, raising=False)
    before = component_name(mock)
    mock.switch("identification.location_swallowed", True)  # the check waits in vain for the next value that it writes
    try:
        arguments = ["--only", "ID-PLATE-001", "--only", "ID-USER-001", "--only", "UA-TYPE-001", "--impact", "write"]
        with ctrl_c_when(lambda: component_name(mock).startswith("setsubi test")):
            said = setsubi("check", write_target(mock, tmp_path), *arguments, "--out", tmp_path / "out")
    finally:
        mock.switch("identification.location_swallowed", False)
    assert said.code == ExitCode.INTERRUPTED, said.text
    assert "Traceback" not in said.text
    assert component_name(mock) == before
    events = events_in(tmp_path / "out")
    verdicts = {e["id"]: (e["verdict"], e["reason"]) for e in events if e["event"] == "finding"}
    assert verdicts["ID-PLATE-001"][0] == "pass"  # found before
    assert "interrupted" in verdicts["ID-USER-001"][1]
    assert verdicts["UA-TYPE-001"] == ("inconclusive", "not reached: interrupted")
    assert [e["signal"] for e in events if e["event"] == "restore" and not e["ok"]] == []
    assert events[-1]["exit_code"] == ExitCode.INTERRUPTED
    assert "all values written were put back (" in said.out
    assert (tmp_path / "out" / "report.html").exists()


def test_ctrl_c_is_heard_while_a_target_lets_one_wait(tmp_path: Path) -> None:
    connected = threading.Event()

    def answer(connection: Any) -> None:
        connected.set()
        silent(connection)

    with listening(answer) as port:
        path = tmp_path / "target.yaml"
        path.write_text(
            f"kind: mock\nprofile: conveyor\nopcua: {{url: opc.tcp://127.0.0.1:{port}}}\n"
            "timeouts: {connect_s: 600, request_s: 600}\n",
            encoding="utf-8",
        )
        with ctrl_c_when(connected.is_set):
            said = setsubi("check", path, "--out", tmp_path / "out")
    assert said.code == ExitCode.INTERRUPTED, said.text
    assert "Traceback" not in said.text
    assert events_in(tmp_path / "out")[-1]["exit_code"] == ExitCode.INTERRUPTED


def test_ctrl_c_ends_a_mock_in_peace(tmp_path: Path) -> None:
    def is_served() -> bool:
        written = list(tmp_path.glob("*.yaml"))
        if not written or not written[0].read_text(encoding="utf-8").endswith("\n"):
            return False
        file = load_target(str(written[0])).file
        assert file.modbus is not None
        client = ModbusClient(file.modbus.host, file.modbus.port, unit_id=255, auto_open=True, auto_close=True)
        return bool(client.read_input_registers(0, 1))

    with ctrl_c_when(is_served):
        said = setsubi("mock", "conveyor", "--base-port", "0", "--targets", tmp_path)
    assert said.code == 0, said.text
    (path,) = tmp_path.glob("*.yaml")
    opcua = load_target(str(path)).file.opcua
    assert opcua is not None
    assert opcua.url in said.out
    assert said.err == ""


LINE = "units:\n  - {name: A, process_time: {distribution: exponential, mean: 1}}\n  - {name: B, process_time: 1}\n"
ENDLESS = "line: line.yaml\nhours: 1000000\nwarmup: 0\n"
FILES = {
    "line.yaml": LINE,
    "try.yaml": ENDLESS + "replications: 4\nfactors: {units.B.process_time: [0.8, 0.9]}\n",
    "size.yaml": ENDLESS + "target: {throughput: 100}\nchoose: {units.A.slots: {low: 1, high: 4}}\n",
}


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ("simulate line.yaml --hours 1000000 --warmup 0 --replications 4 --log keep.parquet", "keep.parquet"),
        ("experiment try.yaml --out o", ""),
        ("design size.yaml --out o", ""),
    ],
)
def test_ctrl_c_ends_a_computation_with_one_line_and_leaves_all_files_as_they_were(
    arguments: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, share_out = threading.Event(), workers._share_out

    def shared_out(*given: Any) -> list[Any]:
        begun.set()
        return share_out(*given)

    def is_at_it() -> bool:
        return begun.is_set() and (not written or len(list(tmp_path.rglob(written))) > 1)

    monkeypatch.setattr(workers, "_share_out", shared_out)
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "keep.parquet").write_bytes(b"of yesterday")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with ctrl_c_when(is_at_it):
        said = setsubi(*arguments.split(), "--processes", "2", "--engine", "simpy")
    assert (said.code, said.out, said.err) == (ExitCode.INTERRUPTED, "", "setsubi: interrupted\n")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []
    assert multiprocessing.active_children() == []


def test_a_target_that_dies_is_said_and_everything_found_before_is_kept(tmp_path: Path) -> None:
    """The mock is another process, and it is killed, not stopped."""
    served = Command("mock", "conveyor", "--base-port", "0", "--targets", tmp_path, "--speed", "5", cwd=tmp_path)
    try:
        served.wait_for("serving;")
        out = tmp_path / "out"
        run = Command("check", tmp_path / "M1.yaml", "--impact", "actuate", "--out", out, cwd=tmp_path)
        try:
            run.wait_for("STA-")  # the checks that move the unit have begun
            served.kill()
            code = run.end()
        finally:
            run.kill()
    finally:
        served.kill()
    assert code == ExitCode.UNREACHABLE, run.lines[-20:] + run.errors
    assert not [line for line in run.lines + run.errors if "Traceback" in line]
    (reason,) = (line for line in run.lines if "Reason: the target was lost during" in line)
    assert "127.0.0.1" in reason
    events = events_in(out)
    verdicts = [e["verdict"] for e in events if e["event"] == "finding"]
    assert verdicts.count("pass") >= 20
    assert "error" not in verdicts  # the target's death is no failure of the tester
    assert [e for e in events if e["event"] == "finding" and e["reason"].startswith("not reached: the target was lost")]
    assert events[-1]["event"] == "footer"


def test_a_defect_of_the_tester_keeps_what_was_found_too(
    mock: ServedMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_self: Aftercare, requirement: str) -> list[Any]:
        if requirement.startswith("ID-URI"):
            raise RuntimeError("this should not happen")
        return []

    monkeypatch.setattr(Aftercare, "restore", broken)
    said = setsubi("check", write_target(mock, tmp_path), "--only", "identification", "--out", tmp_path / "out")
    assert said.code == ExitCode.INTERNAL_ERROR, said.text
    assert "RuntimeError: this should not happen; please report it" in said.out
    assert "Traceback" not in said.text
    found = [e["id"] for e in events_in(tmp_path / "out") if e["event"] == "finding"]
    assert "ID-PLATE-001" in found
    assert (tmp_path / "out" / "report.html").exists()
