"""Targets that are not there, are something else, or shut the door: the real command says so in one clear sentence that names
the address, with exit code 7, and hangs nowhere."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from asyncua import Server, ua
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from command import refused, setsubi
from conformance_servers import free_port
from opcua_clients import keys
from served_mock import ServedMock
from strangers import closing, greeting, http, listening, silent

from conformance.exitcodes import ExitCode
from simulator.endpoints.host import HostOptions
from simulator.endpoints.security import SecuritySettings, certificate_and_key

PROTOCOLS = ("opc.tcp", "modbus")
LONG_S, SHORT_S = 60.0, 0.5
"""Wall seconds of patience with what must come, and with what never comes: how fast the computer is decides nothing."""


@pytest.fixture
def target(tmp_path: Path) -> Callable[..., Path]:
    """Writes a target file."""

    def write(
        protocol: str, port: int, more: str = "", *, connect_s: float = LONG_S, request_s: float = LONG_S
    ) -> Path:
        place = f"url: opc.tcp://127.0.0.1:{port}" if protocol == "opc.tcp" else f"host: 127.0.0.1, port: {port}"
        key = "opcua" if protocol == "opc.tcp" else "modbus"
        path = tmp_path / "target.yaml"
        path.write_text(
            f"kind: mock\nprofile: conveyor\n{key}: {{{place}{more}}}\n"
            f"timeouts: {{connect_s: {connect_s}, request_s: {request_s}}}\n",
            encoding="utf-8",
        )
        return path

    return write


def unreachable(path: Path, *parts: str) -> None:
    """Check it: exit code 7, the reason once, a report with everything that is known, and no list of what was not tried."""
    out = path.parent / "out"
    said = setsubi("check", path, "--out", out)
    assert said.code == ExitCode.UNREACHABLE, said.text
    (reason,) = (line for line in said.out.splitlines() if "Reason:" in line)
    for part in parts:
        assert part in reason
    assert "not exercised:" not in said.out
    assert "Traceback" not in said.text
    assert sorted(p.name for p in out.iterdir()) == [
        "badge.svg",
        "events.ndjson",
        "junit.xml",
        "report.html",
        "summary.md",
    ]
    assert setsubi("report", out / "events.ndjson", "--out", path.parent / "again").code == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nobody_listens(protocol: str, target: Callable[..., Path]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # taken, and not listened on
        port = unused.getsockname()[1]
        unreachable(target(protocol, port), f"{protocol}://127.0.0.1:{port}", "check the address")


@pytest.mark.parametrize(
    ("answer", "opcua"),
    [
        (http, "does not speak OPC UA"),
        (silent, "no OPC UA answer in time"),
        (closing, "OPC UA"),
        (greeting, "OPC UA"),
    ],
)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_something_else_listens(
    protocol: str, answer: Callable[[socket.socket], None], opcua: str, target: Callable[..., Path]
) -> None:
    with listening(answer) as port:
        if protocol == "opc.tcp":
            path = target(protocol, port, connect_s=LONG_S if answer is http else SHORT_S)
            unreachable(path, f"127.0.0.1:{port}", opcua, "?")
        else:
            path = target(protocol, port, request_s=SHORT_S)
            unreachable(path, f"127.0.0.1:{port}", "takes connections but does not answer", "?")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_init_looks_at_something_else(protocol: str, tmp_path: Path) -> None:
    with listening(http) as port:
        said = setsubi("init", f"{protocol}://127.0.0.1:{port}", "--out", tmp_path / "t.yaml")
        refused(said, ExitCode.UNREACHABLE, f"127.0.0.1:{port}")
        assert not (tmp_path / "t.yaml").exists()


def test_a_host_that_nobody_knows(tmp_path: Path) -> None:
    said = setsubi("init", "opc.tcp://no.such.host.invalid:4840")
    refused(said, ExitCode.UNREACHABLE, "opc.tcp://no.such.host.invalid:4840", "name of the host is not known")


# --- doors that are shut -------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def locked() -> Iterator[ServedMock]:
    """A mock that lets one user in."""
    security = SecuritySettings(anonymous=False, users={"tester": "right"}, folder=keys())
    with ServedMock("conveyor", options=HostOptions(security=security)) as mock:
        yield mock


@pytest.mark.parametrize(
    ("more", "password"),
    [(", user: tester, password_env: P", "wrong"), (", user: stranger, password_env: P", "right"), ("", "")],
)
def test_a_user_who_is_not_let_in(
    more: str, password: str, locked: ServedMock, target: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P", password)
    port = int(locked.unit.addresses.opcua.rpartition(":")[2])
    unreachable(target("opc.tcp", port, more), "the server answers Bad", "check user and password_env")


def test_the_right_user_is_let_in(
    locked: ServedMock, target: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("P", "right")
    port = int(locked.unit.addresses.opcua.rpartition(":")[2])
    path = target("opc.tcp", port, ", user: tester, password_env: P")
    assert setsubi("check", path, "--only", "ID-PLATE-001").code == ExitCode.CONFORMANT


@contextlib.contextmanager
def distrusting() -> Iterator[int]:
    """An OPC UA server that encrypts and trusts no certificate at all."""
    port, ready, done = free_port(), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        certificate, key = certificate_and_key(keys(), "urn:example.com:distrusting", "127.0.0.1")
        await server.load_certificate(certificate, "der")
        await server.load_private_key(key, format="pem")
        options = CertificateValidatorOptions.TRUSTED_VALIDATION | CertificateValidatorOptions.PEER_CLIENT
        server.set_certificate_validator(CertificateValidator(options, TrustStore([], [])))
        async with server:
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(LONG_S)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(30)


def test_a_certificate_that_is_refused(target: Callable[..., Path]) -> None:
    with distrusting() as port:
        unreachable(
            target("opc.tcp", port, ", policy: Basic256Sha256"), f"127.0.0.1:{port}", "trust the tester's certificate"
        )


def test_a_policy_that_the_server_does_not_offer(locked: ServedMock, target: Callable[..., Path]) -> None:
    port = int(locked.unit.addresses.opcua.rpartition(":")[2])
    unreachable(target("opc.tcp", port, ", policy: Aes256_Sha256_RsaPss"), "Aes256_Sha256_RsaPss")


# --- ports in use ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("offset", "who"), [(0, "OPC UA"), (1, "Modbus TCP"), (2, "the panel")])
def test_a_port_in_use_is_named_and_nothing_stays_open(offset: int, who: str) -> None:
    base = _three_free_ports()
    with socket.socket() as other:
        if os.name == "nt":
            other.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        other.bind(("127.0.0.1", base + offset))
        other.listen(1)
        said = setsubi("mock", "conveyor", "--base-port", str(base), "--for", "5")
        refused(
            said,
            ExitCode.USAGE,
            f"{who} cannot listen on 127.0.0.1:{base + offset}",
            "choose another port (--base-port)",
        )
    with socket.socket() as again:  # what had been opened before is closed again
        again.bind(("127.0.0.1", base + (1 if offset == 0 else 0)))


def _three_free_ports() -> int:
    """Three free ports in a row; the first of them."""
    for base in range(21000, 60000, 37):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(base, base + 3):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return base
    raise AssertionError("no three free ports in a row")
