"""A target file says where its mistakes are, and no credential of it ever leaves the tester."""

from __future__ import annotations

from pathlib import Path

import pytest
from conformance_fakes import Stand

from conformance.errors import TargetFileError, UsageError
from conformance.events import to_line
from conformance.fitting import fit
from conformance.runner import Options, Session
from conformance.targetfile import load_target
from profiles import load_profile

GOOD = "kind: mock\nopcua:\n  url: opc.tcp://127.0.0.1:1\n"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("kind: mock\nopcua: {url: opc.tcp://h:1}\nclaim: {}\n", ":3:1", "did you mean 'claims'"),
        ("kind: mokc\nopcua: {url: opc.tcp://h:1}\n", ":1:1", "kind"),
        ("kind: mock\n", ":1:1", "names no endpoint"),
        ("kind: mock\nmodbus:\n  host: h\n  port: 70000\n", ":4:3", "65535"),
        ("opcua: {url: opc.tcp://h:1}\npanel: h:1\n", ":2:1: panel is the stand-in", "for a person"),
        ("opcua: {url: opc.tcp://h:1}\ntime_scale: 3\n", ":2:1: time_scale is for a mock", "remove it"),
        ("modbus:\n  host: h\n  port: abc\n", ":3:3: modbus.port: must be a whole number", "not 'abc'"),
        ("opcua: {url: 'http://h:1'}\n", "opcua.url: 'http://h:1' is no OPC UA address", "write opc.tcp://host:port"),
        ("kind: mock\nopcua: {url: opc.tcp://h:1}\npanel: here\n", ":3:1: panel: 'here' is no", "write host:port"),
        ("opcua: {url: opc.tcp://h:1, user: u}\n", ":1:29", "password_env"),
        ("opcua: {url: opc.tcp://h:1\n", "", "not valid YAML"),
        ("opcua:\n  url: opc.tcp://h/line\n", ":2:3", "has no port; usual are 4840 for OPC UA"),
        ("", "", "is empty"),
        ("- a\n", "", "not a mapping"),
        ("opcua: {url: opc.tcp://h:1}\nopcua: {url: opc.tcp://h:2}\n", ":2:1", "stands twice"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, place: str, what: str) -> None:
    path = tmp_path / "target.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TargetFileError) as caught:
        load_target(str(path))
    assert place in str(caught.value)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_binary_or_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\0\1")
    for name in ("b.yaml", "none.yaml", "."):
        with pytest.raises(TargetFileError):
            load_target(str(tmp_path / name))


@pytest.mark.parametrize(
    ("extra", "what"),
    [
        ("claims: {flying: true}\n", "no option 'flying'"),
        ("bindings: {state.nowhere: {opcua: 's:X'}}\n", "no signal 'state.nowhere'"),
        ("bindings: {state.blocked: {modbus: {table: input}}}\n", "does not fit"),
        ("parameters: {BC-NO-001: {x: 1}}\n", "no requirement BC-NO-001"),
        ("tolerances: {state.nowhere: 1}\n", "no signal"),
    ],
)
def test_what_the_profile_does_not_have_is_named_at_its_place(tmp_path: Path, extra: str, what: str) -> None:
    path = tmp_path / "target.yaml"
    path.write_text(GOOD + extra, encoding="utf-8")
    with pytest.raises(TargetFileError, match=what) as caught:
        fit(load_profile("stacking"), load_target(str(path)))
    assert "target.yaml:4:" in str(caught.value)


def test_bare_addresses_are_targets() -> None:
    assert load_target("opc.tcp://host:4840/path").file.opcua
    modbus = load_target("modbus://host:1502/3").file.modbus
    assert modbus is not None
    assert (modbus.host, modbus.port, modbus.unit) == ("host", 1502, 3)
    assert load_target("modbus://host").file.modbus is not None
    for wrong in ("http://host", "modbus://host:x", "opc.tcp://user:secret@host:1", "opc.tcp://"):
        with pytest.raises(UsageError) as caught:
            load_target(wrong)
        assert "secret" not in str(caught.value)


async def test_no_credential_appears_in_the_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETSUBI_TEST_PASSWORD", "open-sesame")
    path = tmp_path / "target.yaml"
    text = "kind: mock\nopcua: {url: opc.tcp://127.0.0.1:1, user: gate-keeper, password_env: SETSUBI_TEST_PASSWORD}\n"
    path.write_text(text + "timeouts: {connect_s: 0.5}\n", encoding="utf-8")
    profile = Stand().profile
    session = Session(load_target(str(path)), profile, Options(), checks={})
    lines = [to_line(event) async for event in session.events()]
    assert session.exit_code == 7
    for secret in ("open-sesame", "gate-keeper", "SETSUBI_TEST_PASSWORD"):
        assert not any(secret in line for line in lines)


async def test_a_password_that_is_not_there_is_the_users_to_mend(tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    path.write_text(
        "kind: mock\nopcua: {url: opc.tcp://127.0.0.1:1, user: u, password_env: NOT_SET_ANYWHERE}\n", encoding="utf-8"
    )
    with pytest.raises(UsageError, match="NOT_SET_ANYWHERE"):
        Session(load_target(str(path)), Stand().profile, Options(), checks={})
