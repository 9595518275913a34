"""The first steps of a vendor: look at a machine, take the target file, check; see what there is to build."""

from __future__ import annotations

import csv
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from command import setsubi
from rich.cells import cell_len
from served_mock import ServedMock

from conformance.exitcodes import ExitCode
from conformance.targetfile import TargetFile, load_target
from profiles import load_profile
from setsubi.targets import target_text
from simulator.endpoints.errors import PortTaken
from simulator.endpoints.host import Addresses, HostOptions


@pytest.fixture(scope="module")
def mock() -> Iterator[ServedMock]:
    with ServedMock("stacking") as served:
        yield served


@pytest.mark.parametrize("protocol", ["opcua", "modbus"])
def test_what_init_writes_is_a_target_file_that_check_takes(protocol: str, mock: ServedMock, tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    said = setsubi("init", getattr(mock.unit.addresses, protocol), "--out", path)
    assert said.code == 0, said.text
    assert f"setsubi check {path}" in said.out
    file = load_target(str(path)).file
    assert file.profile == "stacking"  # as the equipment itself says
    assert (file.kind, file.time_scale) == ("mock", 1)  # as it says, too
    told = mock.unit.equipment.values()
    assert file.name == f"{told['identity.model']} {told['identity.serial_number']}"  # what a report is headed by
    assert set(file.claims) == set(load_profile("stacking").options)  # those of its own profile, not of the base
    checked = setsubi("check", path, "--only", "identification")
    assert checked.code == ExitCode.CONFORMANT, checked.text


@pytest.mark.parametrize("protocol", ["opcua", "modbus"])
def test_a_mock_tells_its_time_scale_to_init_and_is_not_checked_at_another(protocol: str, tmp_path: Path) -> None:
    path = tmp_path / "target.yaml"
    with ServedMock("conveyor", speed=2.5) as quick:
        address = getattr(quick.unit.addresses, protocol)
        assert setsubi("init", address, "--out", path).code == 0
        file = load_target(str(path)).file
        assert (file.kind, file.time_scale) == ("mock", 2.5)
        assert "time_scale: 2.5  # machine seconds per wall second" in path.read_text(encoding="utf-8")
        assert setsubi("check", path, "--only", "ID-PLATE").code == ExitCode.CONFORMANT

        bare = setsubi("check", address, "--profile", "conveyor", "--only", "ID-PLATE")
        assert bare.code == ExitCode.USAGE
        assert f"lives at time scale 2.5, it was to be checked at 1; 'setsubi init {address} --out" in bare.out
        other = setsubi("check", path, "--time-scale", "3", "--only", "ID-PLATE")
        assert other.code == ExitCode.USAGE
        assert f"checked at 3; write 'kind: mock' and 'time_scale: 2.5' in {path}" in other.out


def test_a_machine_that_does_not_say_that_it_is_simulated_is_taken_as_real(tmp_path: Path) -> None:
    with ServedMock("conveyor") as served:
        served.switch("opcua.empty_build_info", True)
        served.switch("identification.no_serial_number", True)
        said = setsubi("init", served.unit.addresses.opcua)
    assert "\nkind: real" in said.out
    assert '\nname: "' in said.out  # the model alone
    assert "time_scale" not in said.out


def test_what_init_says_in_comments_may_be_uncommented(mock: ServedMock, tmp_path: Path) -> None:
    """The conveyor's profile has signals that a stacking machine lacks: they stand in the file as bindings to fill in."""
    path = tmp_path / "target.yaml"
    assert setsubi("init", mock.unit.addresses.opcua, "--profile", "conveyor", "--out", path).code == 0
    head, _, bindings = path.read_text(encoding="utf-8").partition("# bindings:\n")
    assert "process.belt_speed" in bindings
    lines = [line.removeprefix("# ") for line in ["# bindings:", *bindings.splitlines()]]
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    assert "process.belt_speed" in load_target(str(path)).file.bindings
    assert setsubi("check", path, "--list").code == 0


def test_a_mock_writes_the_target_file_by_which_it_is_checked(tmp_path: Path) -> None:
    said = setsubi("mock", "conveyor", "--base-port", "0", "--for", "0.2", "--targets", tmp_path / "t", "--speed", "5")
    assert said.code == 0, said.text
    file = load_target(str(tmp_path / "t" / "M1.yaml")).file
    assert (file.kind, file.profile, file.time_scale, file.panel is not None) == ("mock", "conveyor", 5, True)
    assert file.opcua is not None
    assert f"  {file.opcua.url}  " in said.out  # whole, to be copied


def test_a_mock_on_all_addresses_writes_a_target_file_by_which_it_is_checked_here(tmp_path: Path) -> None:
    path = tmp_path / "M1.yaml"
    with ServedMock("conveyor", options=HostOptions(host="0.0.0.0")) as served:
        path.write_text(target_text("M1", "conveyor", served.unit.addresses, 1.0), encoding="utf-8")
        file = load_target(str(path)).file
        assert file.opcua is not None and file.modbus is not None and file.panel is not None
        assert file.opcua.url.startswith("opc.tcp://127.0.0.1:")
        assert (file.modbus.host, file.panel.partition(":")[0]) == ("127.0.0.1", "127.0.0.1")
        checked = setsubi("check", path, "--only", "identification")
        assert checked.code == ExitCode.CONFORMANT, checked.text


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_an_ipv6_address_is_printed_and_written_as_clients_take_it() -> None:
    at = Addresses("opc.tcp://[::1]:4840", "modbus://[::1]:4841", "127.0.0.1:4842")
    file = TargetFile.model_validate(yaml.safe_load(target_text("M1", "conveyor", at, 1.0)))
    assert file.opcua is not None and file.modbus is not None
    assert (file.opcua.url, file.opcua.policy) == ("opc.tcp://[::1]:4840", "None")
    assert (file.modbus.host, file.modbus.port, file.modbus.address) == ("::1", 4841, "[::1]:4841")
    everywhere = Addresses("opc.tcp://[::]:4840", "modbus://[::]:4841", "127.0.0.1:4842")
    assert "url: opc.tcp://[::1]:4840" in target_text("M1", "conveyor", everywhere, 1.0)
    assert str(PortTaken("OPC UA", "::1", 4840, OSError("in use"))).startswith("OPC UA cannot listen on [::1]:4840 ")


@pytest.mark.skipif(not has_ipv6(), reason="this computer has no IPv6")
def test_a_mock_on_ipv6_is_found_by_the_addresses_that_it_prints(tmp_path: Path) -> None:
    with ServedMock("conveyor", options=HostOptions(host="::1")) as served:
        at = served.unit.addresses
        assert at.opcua.startswith("opc.tcp://[::1]:")
        assert at.modbus.startswith("modbus://[::1]:")
        path = tmp_path / "M1.yaml"
        path.write_text(target_text("M1", "conveyor", at, 1.0), encoding="utf-8")
        for target in (path, at.opcua, at.modbus):
            checked = setsubi("check", target, "--profile", "conveyor", "--only", "ID-PLATE")
            assert checked.code == ExitCode.CONFORMANT, checked.text


def test_a_command_begins_without_what_few_commands_need() -> None:
    """Half a second of every command, if somebody imports them at the top of a module again."""
    code = (
        "import sys, setsubi.app; print([m for m in ('matplotlib', 'numba', 'pyarrow', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "[]\n"


def test_an_export_says_all_that_a_profile_says(tmp_path: Path) -> None:
    path, profile = tmp_path / "p.json", load_profile("stacking")
    assert setsubi("profile", "export", "stacking", "--out", path).code == 0
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["digest"] == profile.digest
    assert set(told["profile"]["signals"]) == set(profile.signals)  # the inherited ones too
    assert [r["id"] for r in told["ledger"]] == [r.id for r in profile.ledger]
    # JSON is YAML: the resolved profile is a profile again, of the same digest.
    spec = told["profile"]
    again = tmp_path / "again.yaml"
    again.write_text(yaml.safe_dump(_as_written(spec), allow_unicode=True), encoding="utf-8")
    assert load_profile(again).digest == profile.digest


def _as_written(spec: dict[str, object]) -> dict[str, object]:
    """Numbers are keys in YAML, and texts in JSON."""
    sections = {key: value for key, value in spec.items() if value is not None}
    for key in ("alarms", "recipes"):
        entries = sections[key]
        assert isinstance(entries, dict)
        sections[key] = {int(number): entry for number, entry in entries.items()}
    signals = sections["signals"]
    assert isinstance(signals, dict)
    for signal in signals.values():
        if signal.get("enum"):
            signal["enum"] = {int(number): name for number, name in signal["enum"].items()}
    handover = sections["handover"]
    assert isinstance(handover, dict)
    for key in ("item_kinds", "item_qualities"):
        handover[key] = {int(number): name for number, name in handover[key].items()}
    return sections


def test_explain_says_the_texts_and_parameters_of_ones_own_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plant7" / "ledger").mkdir(parents=True)
    for name, text in (
        ("pack.yaml", "pack: plant7\nversion: 1.0.0\nextends: basc_cell_line\n"),
        ("own.yaml", "profile: own\nversion: 1.0.0\nextends: stacking\n"),
        (
            "ledger/handover.yaml",
            "requirements:\n  HO-TIMER-002: {parameters: {slack_s: 4.5}, remedy: {en: Ask Ms Sato., ja: 佐藤}}\n",
        ),
    ):
        (tmp_path / "plant7" / name).write_text(text, encoding="utf-8")
    bundled = setsubi("explain", "HO-TIMER-002").out
    for profile in ("plant7:stacking", "plant7/own.yaml"):
        said = setsubi("explain", "ho-timer-002", "--profile", profile).out
        assert "slack_s = 4.5" in said
        assert "timer = t2" in said  # inherited
        assert "Ask Ms Sato." in said
        assert f"setsubi check TARGET --profile {profile} --only HO-TIMER-002" in said
    assert "slack_s = 4.5" not in bundled
    assert "--profile" not in bundled


@pytest.mark.parametrize("requirement", ["HO-TIMER-002", "STA-MODE-003", "SAF-ALARM-001"])
def test_a_japanese_explanation_is_wrapped_and_never_cut(requirement: str) -> None:
    said = setsubi("explain", requirement, "--lang", "ja", env={"COLUMNS": "60"}).out
    remedy = next(r for r in load_profile("stacking").ledger if r.id == requirement).remedy.ja
    assert "…" not in said
    assert max(cell_len(line) for line in said.splitlines()) <= 60
    assert remedy.replace(" ", "") in "".join(said.split())


def test_the_schema_names_every_key_of_the_language() -> None:
    said = setsubi("profile", "export", "stacking", "--format", "json-schema")
    schema = json.loads(said.out)
    assert {"profile", "signals", "alarms", "safety", "recipes", "handover"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_a_narrow_terminal_gets_the_columns_that_fit_and_a_file_gets_all(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    assert setsubi("profile", "show", "stacking", "--modbus", "--format", "csv", "-o", path).code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    state = next(r for r in rows if r["signal"] == "state.unit_state")
    assert (state["table"], state["address"], state["functions"]) == ("input", "120", "04")
    piped = setsubi("profile", "show", "stacking", "--modbus").out  # a pipe: one line a row, all columns
    line = next(x for x in piped.splitlines() if "state.unit_state" in x)
    assert "s:State/s:UnitState" in line


def test_what_needs_more_impact_than_permitted_is_named_beside_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    target = "kind: mock\nprofile: stacking\nopcua: {url: opc.tcp://127.0.0.1:9}\n"
    (tmp_path / "good.yaml").write_text(target, encoding="utf-8")
    chosen = ("check", "good.yaml", "--only", "HO-TIMER-003,STA-ABORT", "--impact", "actuate", "--list")
    said = setsubi(*chosen)
    assert "1 left out, needs --impact disrupt: HO-TIMER-003" in said.out
    assert "実施しない要件 1 件（--impact disrupt が必要）：HO-TIMER-003" in setsubi(*chosen, "--lang", "ja").out
    assert "and " in setsubi("check", "good.yaml", "--list").out.splitlines()[-1]  # more than a line names
    assert "left out" not in setsubi("check", "good.yaml", "--only", "STA-STATE-001", "--list").out
