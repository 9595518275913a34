"""Modbus TCP clients of three other libraries on the served line: one polls and commands, one builds and parses its own
frames, one keeps many requests in flight on one connection."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from served_line import ServedLine

UNIT_ID = 255
SOON = 20.0
"""Seconds until a wait counts as failed; nothing is decided by how long it takes."""
# Zero-based addresses of the register map: profiles/packs/basc_cell_line/equipment.yaml and tab_welding.yaml.
MAGIC, VERSION, WORD_ORDER = 0, 1, 2
PROFILE_ID, STATE, ENTERED, ACTIVE_RECIPE = 10, 120, 160, 380
CNTRL_CMD, UNIT_MODE, SPEED, SELECT_RECIPE, PARAMETERS = 0, 1, 2, 4, 50
RESET, START, STOP = 1, 2, 3
STOPPED, IDLE = 2, 4
RUNNING = (5, 6)  # Suspended for want of items, or Execute
FUNCTION, ADDRESS, VALUE, FAILURE = 1, 2, 3, 4  # exception codes


def text_of(registers: Any) -> str:
    return b"".join(struct.pack(">H", r) for r in registers).rstrip(b"\0 ").decode()


def wait_for(read: Callable[[], Any], wanted: Any) -> None:
    """Poll, as a PLC does, until the value is one of those wanted."""
    deadline = time.monotonic() + SOON
    while (value := read()) not in wanted:
        assert time.monotonic() < deadline, f"still {value}, wanted {wanted}"
        time.sleep(0.02)


# --- pyModbusTCP: a poller on unit B ----------------------------------------------------------------------------------
@pytest.fixture
def poller(line: ServedLine) -> Iterator[Any]:
    client = pytest.importorskip("pyModbusTCP.client")
    host, port = line.units["B"].modbus
    connected = client.ModbusClient(host=host, port=port, unit_id=UNIT_ID, timeout=SOON, auto_open=True)
    yield connected
    connected.close()


def poll_state(poller: Any) -> Any:
    return poller.read_input_registers(STATE, 1)[0]


def stop(poller: Any) -> None:
    if poll_state(poller) != STOPPED:
        assert poller.write_single_register(CNTRL_CMD, STOP)
        wait_for(lambda: poll_state(poller), (STOPPED,))


def test_a_poller_reads_the_map(poller: Any) -> None:
    assert poller.read_input_registers(MAGIC, 4) == [0x5342, 256, 0x0102, 0x0304]
    assert text_of(poller.read_input_registers(PROFILE_ID, 16)) == "tab_welding"
    assert len(poller.read_input_registers(0, 125)) == 125  # reserved registers do not refuse a block
    assert len(poller.read_discrete_inputs(60, 8)) == 8
    assert len(poller.read_coils(40, 8)) == 8
    entered, good, scrap, wip = struct.unpack(">4I", struct.pack(">8H", *poller.read_input_registers(ENTERED, 8)))
    assert entered == good + scrap + wip  # one request reads the group of one moment


def test_a_poller_commands_and_sees_the_state_change(poller: Any) -> None:
    stop(poller)
    for command, states in ((RESET, (IDLE,)), (START, RUNNING), (STOP, (STOPPED,)), (RESET, (IDLE,)), (START, RUNNING)):
        assert poller.write_single_register(CNTRL_CMD, command)
        wait_for(lambda: poll_state(poller), states)


def test_a_poller_selects_a_recipe_and_writes_parameters(poller: Any) -> None:
    stop(poller)
    original = poller.read_input_registers(ACTIVE_RECIPE, 1)[0]
    assert poller.write_single_register(SELECT_RECIPE, 2)
    wait_for(lambda: poller.read_input_registers(ACTIVE_RECIPE, 1)[0], (2,))
    parameter = poller.read_holding_registers(PARAMETERS, 2)
    (present,) = struct.unpack(">f", struct.pack(">2H", *parameter))
    nearby = struct.unpack(">2H", struct.pack(">f", present * 1.01))
    assert poller.write_multiple_registers(PARAMETERS, list(nearby))
    wait_for(lambda: tuple(poller.read_holding_registers(PARAMETERS, 2)), (nearby,))
    assert poller.write_single_register(SELECT_RECIPE, original)
    wait_for(lambda: poller.read_input_registers(ACTIVE_RECIPE, 1)[0], (original,))


@pytest.mark.parametrize(
    ("write", "exception"),
    [
        (lambda c: c.write_single_register(CNTRL_CMD, 42), VALUE),  # no such command
        (lambda c: c.write_single_register(CNTRL_CMD, START), FAILURE),  # not from Stopped
        (lambda c: c.write_single_register(SELECT_RECIPE, 77), VALUE),  # no such recipe
        (lambda c: c.write_single_register(UNIT_MODE, 9), VALUE),  # no such mode
        (lambda c: c.write_single_register(SPEED, 1), VALUE),  # half of a 32-bit value
        (lambda c: c.write_multiple_registers(PARAMETERS, [0x7FC0, 0]), VALUE),  # not a number
        (lambda c: c.write_single_register(60000, 1), ADDRESS),
        (lambda c: c.read_input_registers(60000, 1), ADDRESS),
        (lambda c: c.write_single_coil(9000, True), ADDRESS),
    ],
)
def test_a_poller_is_refused_what_is_wrong_and_nothing_changes(
    poller: Any, write: Callable[[Any], Any], exception: int
) -> None:
    stop(poller)
    before = (poll_state(poller), poller.read_holding_registers(CNTRL_CMD + 1, 4), poller.read_input_registers(380, 1))
    assert not write(poller)
    assert poller.last_except == exception
    after = (poll_state(poller), poller.read_holding_registers(CNTRL_CMD + 1, 4), poller.read_input_registers(380, 1))
    assert after == before


# --- uModbus: builds frames, parses replies; unit C ---------------------------------------------------------------------
@pytest.fixture
def framer(line: ServedLine) -> Iterator[tuple[Any, socket.socket]]:
    tcp = pytest.importorskip("umodbus.client.tcp")
    with socket.create_connection(line.units["C"].modbus, timeout=SOON) as connection:
        yield tcp, connection


def test_a_client_that_frames_by_itself_reads_commands_and_is_refused(framer: tuple[Any, socket.socket]) -> None:
    tcp, connection = framer
    exceptions = pytest.importorskip("umodbus.exceptions")

    def ask(message: bytes) -> Any:
        return tcp.send_message(message, connection)

    def state() -> int:
        return int(ask(tcp.read_input_registers(UNIT_ID, STATE, 1))[0])

    assert ask(tcp.read_input_registers(UNIT_ID, MAGIC, 2)) == [0x5342, 256]
    assert text_of(ask(tcp.read_input_registers(UNIT_ID, PROFILE_ID, 16))) == "electrolyte_filling"
    assert ask(tcp.write_single_register(UNIT_ID, CNTRL_CMD, STOP)) == STOP
    wait_for(state, (STOPPED,))
    for message, error in (
        (tcp.write_single_register(UNIT_ID, CNTRL_CMD, START), exceptions.ServerDeviceFailureError),
        (tcp.write_single_register(UNIT_ID, CNTRL_CMD, 42), exceptions.IllegalDataValueError),
        (tcp.read_holding_registers(UNIT_ID, 60000, 1), exceptions.IllegalDataAddressError),
    ):
        with pytest.raises(error):
            ask(message)
    assert state() == STOPPED
    for command, states in ((RESET, (IDLE,)), (START, RUNNING)):
        assert ask(tcp.write_multiple_registers(UNIT_ID, CNTRL_CMD, [command])) == 1
        wait_for(state, states)


# --- aiomodbus: requests in flight; unit A and, at the same time, a conveyor ---------------------------------------------
async def test_a_client_with_many_requests_in_flight_gets_every_answer_to_its_own_question(line: ServedLine) -> None:
    tcp = pytest.importorskip("aiomodbus.tcp")
    errors = pytest.importorskip("aiomodbus.exceptions")
    host, port = line.units["BC"].modbus
    client = tcp.ModbusTCPClient(host, port, default_unit_id=UNIT_ID, default_timeout=SOON)
    await client.connect()
    try:
        whole = await client.read_input_registers(0, 120)
        constants = range(10, 42)  # profile id, version and digest: they stand still, so every answer can be told
        questions: list[Any] = [client.read_input_registers(a, 1) for a in constants]
        questions += [client.read_input_registers(60000 + n, 1) for n in range(8)]
        questions += [client.write_single_register(CNTRL_CMD, 42) for _ in range(8)]
        questions += [client.read_discrete_inputs(60, 4) for _ in range(8)]
        most = 0

        async def watch() -> None:
            nonlocal most
            while True:
                most = max(most, len(client.protocol.transactions))
                await asyncio.sleep(0)

        watching = asyncio.ensure_future(watch())
        answers = await asyncio.gather(*questions, return_exceptions=True)
        watching.cancel()
        assert most >= 8  # they really were under way together, on one connection
        kept = len(constants)
        assert [a[0] for a in answers[:kept]] == [whole[a] for a in constants]
        assert all(isinstance(a, errors.IllegalDataAddress) for a in answers[kept : kept + 8])
        assert all(isinstance(a, errors.IllegalDataValue) for a in answers[kept + 8 : kept + 16])
        assert all(a == answers[kept + 16] for a in answers[kept + 16 :])
    finally:
        client.stop()


async def test_commands_in_flight_are_carried_out_in_the_order_in_which_they_were_sent(line: ServedLine) -> None:
    tcp = pytest.importorskip("aiomodbus.tcp")
    host, port = line.units["D"].modbus
    client = tcp.ModbusTCPClient(host, port, default_unit_id=UNIT_ID, default_timeout=SOON)
    await client.connect()

    async def reach(*wanted: int) -> None:
        deadline = time.monotonic() + SOON
        state = 0
        while state not in wanted and time.monotonic() < deadline:
            (state,) = await client.read_input_registers(STATE, 1)
        assert state in wanted

    try:
        await client.write_single_register(CNTRL_CMD, STOP)
        await reach(STOPPED)
        # No answer is awaited before the next command goes out; a Start that overtook its Reset would be refused.
        answers = await asyncio.gather(*(client.write_single_register(CNTRL_CMD, c) for c in (RESET, START, STOP)))
        assert answers == [RESET, START, STOP]
        await reach(STOPPED)
        assert await asyncio.gather(*(client.write_single_register(CNTRL_CMD, c) for c in (RESET, START))) == [1, 2]
        await reach(*RUNNING)
    finally:
        client.stop()
