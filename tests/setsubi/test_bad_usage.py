"""Wrong options, names and files: one line that names the place and the mend, exit code 4 (5 where nothing is selected), and
nothing begun or written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command import refused, setsubi

import setsubi as package
from conformance.exitcodes import ExitCode

EXAMPLE = Path(package.__file__).parent / "examples" / "cell_line.yaml"
TARGET = "kind: mock\nname: x\nprofile: stacking\nopcua: {url: opc.tcp://127.0.0.1:9}\n"
LINE = "name: x\nunits:\n  - name: A\n    profile: stacking\n    process_time: 45 s\n"
STREAM = '{"event": "header", "schema": 1}\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with one good file of each kind; relative names in the tables mean files in it."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("good.yaml", TARGET), ("line.yaml", LINE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


OPTIONS: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "no profile": (["check", "opc.tcp://127.0.0.1:9"], ("names no profile", "--profile", "stacking")),
    "unknown profile": (["check", "good.yaml", "-p", "staking"], ("staking: is no profile", "did you mean 'stacking'?")),
    "unknown profile to serve": (["mock", "conveyer"], ("conveyer: is no profile", "did you mean 'conveyor'?")),
    "unknown profile to show": (["profile", "show", "x"], ("x: is no profile", "one of: conveyor,")),
    "unknown profile to compare": (["profile", "diff", "stacking", "y"], ("y: is no profile",)),
    "unknown pack": (["profile", "lint", "their-pack:stacking"], ("their-pack: is no pack", "basc_cell_line")),
    "a pack in place of a profile": (
        ["profile", "lint", "basc_cell_line"], ("is a pack, no profile", "basc_cell_line:stacking"),
    ),
    "a pack and nothing in it": (["profile", "show", "basc_cell_line:"], ("is a pack, no profile", "basc_cell_line:stacking")),
    "unknown requirement": (["explain", "STA-STAT-001"], ("STA-STAT-001: there is no such requirement", "STA-STATE-001")),
    "unknown fault": (
        ["mock", "stacking", "--fault", "modbus.no_identificaton"],
        ("there is no such fault", "did you mean 'modbus.no_identification'"),
    ),
    "one misspelt pattern of two": (
        ["check", "good.yaml", "--only", "MOD-*", "--only", "STA-STAT-001"],
        ("'STA-STAT-001' matches no requirement", "did you mean 'STA-STATE-001'"),
    ),
    "a misspelt pattern alone": (
        ["check", "good.yaml", "--only", "STA-STAT-001"], ("'STA-STAT-001' matches no", "did you mean 'STA-STATE-001'"),
    ),
    "one misspelt pattern between commas": (
        ["check", "good.yaml", "--only", "MOD-*, STA-STAT-001"], ("'STA-STAT-001' matches no", "did you mean 'STA-STATE-001'"),
    ),
    "a pattern like no other": (["check", "good.yaml", "--only", "XX-*"], ("'XX-*' matches no", "setsubi check --list")),
    "misspelt exclusion": (["check", "good.yaml", "--exclude", "safty"], ("'safty' matches no", "did you mean 'safety'")),
    "no such kind of address": (["check", "http://127.0.0.1:9"], ("no known kind of address", "opc.tcp://")),
    "no OPC UA address": (["check", "opc.tcp://"], ("is no OPC UA address", "opc.tcp://host:port/path")),
    "no OPC UA port": (["check", "opc.tcp://127.0.0.1"], ("has no port; usual are 4840", "502", "write opc.tcp://127.0.0.1:4840")),
    "no OPC UA port of an IPv6 address": (["init", "opc.tcp://[::1]/a"], ("has no port", "write opc.tcp://[::1]:4840/a")),
    "a line file to check": (["check", "line.yaml"], ("line.yaml:2:1: this is a line file (setsubi simulate)", "a target file has")),
    "a target file to simulate": (
        ["simulate", "good.yaml"], ("good.yaml:4:1: this is a target file (setsubi check)", "a line file has"),
    ),
    "an address without its beginning": (
        ["check", "127.0.0.1:4840"], ("127.0.0.1:4840: no such file", "an address begins with opc.tcp:// or modbus://"),
    ),
    "no Modbus port": (["check", "modbus://h:99999"], ("is no Modbus address", "modbus://host:port")),
    "no Modbus unit": (["check", "modbus://h:502/999"], ("is no Modbus address",)),
    "a password in the address": (["check", "opc.tcp://me:secret@h:1"], ("carries a user", "user and password_env")),
    "a file to look at": (["init", "good.yaml"], ("'good.yaml' is no address", "opc.tcp://host:port")),
    "a protocol that the target has not": (["check", "good.yaml", "--via", "modbus"], ("good.yaml: has no modbus",)),
    "a time scale for a real machine": (
        ["check", "opc.tcp://127.0.0.1:9", "-p", "stacking", "--time-scale", "5"],
        ("only a mock can run at another time scale", "kind: mock"),
    ),
    "no time at all": (["check", "good.yaml", "--time-scale", "0"], ("--time-scale 0: must be above 0",)),
    "a baseline to update, and none": (["check", "good.yaml", "--update-baseline"], ("needs --baseline",)),
    "no such baseline": (["check", "good.yaml", "--baseline", "no.yaml"], ("no.yaml: no such file", "--update-baseline")),
    "speed below nought": (["serve", "line.yaml", "--speed", "-1"], ("--speed -1: must be above 0",)),
    "speed that is no number": (["mock", "stacking", "--speed", "nan"], ("--speed nan: must be above 0",)),
    "no time to serve": (["mock", "stacking", "--for", "0"], ("--for 0: must be above 0", "leave it out")),
    "ports that end too high": (["mock", "stacking", "--base-port", "65535"], ("up to 65537", "choose a lower one")),
    "no name": (["mock", "stacking", "--name", "a/b"], ("'a/b': is no name of a unit", "letters, digits")),
    "a user without password": (["mock", "stacking", "--user", "u"], ("--user u: needs --password-env",)),
    "a password without user": (["mock", "stacking", "--password-env", "P"], ("--password-env P: needs --user",)),
    "a password that is not set": (
        ["mock", "stacking", "--user", "u", "--password-env", "SETSUBI_NOT_SET"], ("SETSUBI_NOT_SET", "not set or empty"),
    ),
    "no host": (["mock", "stacking", "--base-port", "0", "--host", "no.such.host.invalid"], ("cannot listen on", "host")),
    "hours that are none": (["simulate", "line.yaml", "--hours", "nan"], ("--hours nan: must be above 0",)),
    "warm-up below nought": (["simulate", "line.yaml", "--warmup", "-1"], ("--warmup -1", "must be 0 or more")),
    "no kind of event log": (["simulate", "line.yaml", "--log", "x.txt"], ("--log x.txt: must end in .csv or .parquet",)),
    "no kind of event log to serve": (["serve", "line.yaml", "--log", "x"], ("--log x: must end in .csv or .parquet",)),
    "out is a file": (["check", "good.yaml", "--out", "line.yaml"], ("--out line.yaml: is a file, not a folder",)),
    "out lies in a file": (["check", "good.yaml", "--out", "line.yaml/o"], ("--out", "nothing can be written there")),
    "a report that is a folder": (["check", "good.yaml", "--html", "."], ("--html .: is a folder, not a file",)),
    "a report in a file": (["check", "good.yaml", "--junit", "line.yaml/j.xml"], ("--junit line.yaml", "is a file, not a folder")),
    "targets is a file": (["mock", "stacking", "--targets", "line.yaml"], ("--targets line.yaml: is a file",)),
    "a target file that is there": (["init", "opc.tcp://127.0.0.1:9", "-o", "good.yaml"], ("good.yaml: exists already",)),
    "a sheet that is a folder": (["profile", "show", "stacking", "-o", "."], ("--out .: is a folder",)),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "parts"), OPTIONS.values(), ids=OPTIONS)
def test_a_wrong_option_is_one_line_with_its_mend(arguments: list[str], parts: tuple[str, ...], folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    refused(setsubi(*arguments), ExitCode.USAGE, *parts)
    assert sorted(folder.rglob("*")) == before  # nothing half-written, no folder left behind


CALLS: dict[str, tuple[list[str], tuple[str, ...]]] = {  # where, what, mend
    "no target": (["check"], ("check: missing argument 'target'", "'setsubi check --help'")),
    "no profile to show": (["profile", "show"], ("profile show: missing argument", "'setsubi profile show --help'")),
    "unknown command": (["chek"], ("no such command 'chek'", "did you mean 'check'?")),
    "unknown command, like no other": (["zzz"], ("no such command 'zzz'", "'setsubi --help'")),
    "unknown command of a group": (["profile", "shw"], ("profile: no such command 'shw'", "did you mean 'show'?")),
    "unknown command in Japanese": (["検査"], ("no such command '検査'", "'setsubi --help'")),
    "unknown option": (["check", "good.yaml", "--impakt", "write"], ("check: no such option: --impakt", "did you mean --impact")),
    "unknown option before the command": (["--versoin"], ("no such option: --versoin", "did you mean --version?")),
    "unknown option in Japanese": (["check", "good.yaml", "--部分"], ("check: no such option: --部分", "'setsubi check --help'")),
    "an option without its value": (["check", "good.yaml", "--out"], ("check: option '--out' requires", "--help'")),
    "an option without its value in a group": (["profile", "show", "x", "-o"], ("profile show: option '-o' requires",)),
    "a value for a switch": (["check", "good.yaml", "--quiet=3"], ("check: option '--quiet' does not take a value",)),
    "an argument too many": (["mock", "stacking", "2"], ("mock: got unexpected extra argument", "--help'")),
    "unknown impact": (["check", "good.yaml", "--impact", "kick"], ("'--impact': 'kick' is not", "'observe', 'write'")),
    "unknown protocol": (["check", "good.yaml", "--via", "canopen"], ("'--via': 'canopen'", "'opcua', 'modbus'")),
    "unknown language": (["check", "good.yaml", "--lang", "xx"], ("'--lang': 'xx'", "'en', 'ja'")),
    "unknown language to explain": (["explain", "STA-STATE-001", "--lang", "fr"], ("explain:", "'en', 'ja'")),
    "unknown language of a simulation": (["simulate", "line.yaml", "--lang", "xx"], ("simulate:", "'en', 'ja'")),
    "unknown language of a report": (["report", "x.ndjson", "--lang", "xx"], ("report:", "'en', 'ja'")),
    "unknown format": (["profile", "show", "stacking", "--format", "pdf"], ("'--format'", "'table', 'csv', 'markdown'")),
    "no port": (["mock", "stacking", "--base-port", "70000"], ("'--base-port'", "less than or equal to 65535")),
    "no number for a port": (["mock", "stacking", "--base-port", "abc"], ("'--base-port'", "valid integer")),
    "no number of hours": (["simulate", "line.yaml", "--hours", "long"], ("'--hours'", "is no time; give hours")),
    "no seed": (["simulate", "line.yaml", "--seed", "-1"], ("'--seed'", "greater than or equal to 0")),
    "no replication": (["simulate", "line.yaml", "--replications", "0"], ("'--replications'", "greater than or equal to 1")),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "parts"), CALLS.values(), ids=CALLS)
def test_a_wrong_call_is_one_line_however_narrow_the_terminal(arguments: list[str], parts: tuple[str, ...]) -> None:
    line = refused(setsubi(*arguments, env={"COLUMNS": "40"}), ExitCode.USAGE, *parts)
    assert ";" in line  # what; how to mend it


@pytest.mark.parametrize("arguments", [[], ["profile"]])
def test_a_call_without_a_command_gets_the_help_and_the_code_of_usage(arguments: list[str]) -> None:
    said = setsubi(*arguments)
    assert said.code == ExitCode.USAGE
    assert "Usage:" in said.text
    assert "COMMAND" in said.text


def test_a_process_says_it_in_one_line_too() -> None:
    """What a shell or a CI job sees, without the test runner of the library between."""
    command = [sys.executable, "-X", "utf8", "-m", "setsubi", "profile", "shw", "積層"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120, encoding="utf-8")
    assert done.returncode == ExitCode.USAGE
    assert done.stdout == ""
    assert done.stderr == "setsubi: profile: no such command 'shw'; did you mean 'show'?\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--only", "MOD-EXC-001", "--exclude", "MOD-*"],
        ["--exclude", "MUST", "--exclude", "SHOULD", "--exclude", "MAY"],
    ],
)
def test_a_selection_of_nothing_checks_nothing_and_says_so(arguments: list[str]) -> None:
    said = setsubi("check", "good.yaml", *arguments)
    refused(said, ExitCode.NOTHING_CHECKED)


def test_patterns_may_stand_between_commas() -> None:
    said = setsubi(
        "check",
        "good.yaml",
        "--list",
        "--only",
        "ID-PLATE-001, id-uri-001",
        "--only",
        "UA-WRITE-001",
        "--impact",
        "write",
    )
    assert "3 requirements would be checked" in said.out


def test_a_dry_run_lists_what_would_write_and_counts_the_others() -> None:
    said = setsubi("check", "good.yaml", "--dry-run", "--impact", "write", "--only", "identification")
    assert "ID-USER-001" in said.out
    assert "identity.location" in said.out
    assert "ID-PLATE-001" not in said.out
    listed = setsubi("check", "good.yaml", "--list", "--impact", "write", "--only", "identification").out
    total = listed.splitlines()[-1].split()[0]
    assert (
        said.out.splitlines()[-1]
        == f"{total} requirements would be checked: 1 with writes, {int(total) - 1} that write nothing"
    )
    nothing = setsubi("check", "good.yaml", "--dry-run", "--only", "identification").out.splitlines()
    assert "0 with writes" in nothing[0]
    assert nothing[1:] == ["1 left out, needs --impact write: ID-USER-001"]


FILES = ("check", "serve", "simulate", "mock", "profile show", "profile lint", "report", "profile diff stacking")


@pytest.mark.parametrize("command", FILES)
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("none.yaml", None),
        ("empty.yaml", b""),
        ("binary.yaml", b"\xff\xfe\x00\x01\x9f"),
        ("picture.yaml", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
        ("nul.yaml", b"\x00\x00\x00\x00"),
        ("list.yaml", b"- 1\n- 2\n"),
        ("page.yaml", b"<!doctype html><html><body>404: not found</body></html>"),
        ("deep.yaml", b"[" * 5000),
        ("loop.yaml", b"a: &x [*x]\n"),
    ],
)
def test_a_file_that_cannot_be_meant_is_named(command: str, name: str, content: bytes | None, folder: Path) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    refused(setsubi(*command.split(), name), ExitCode.USAGE, name)


@pytest.mark.parametrize("command", ["check", "serve", "simulate", "report"])
def test_a_folder_in_place_of_a_file_is_named(command: str, folder: Path) -> None:
    (folder / "dir.yaml").mkdir()
    refused(setsubi(command, "dir.yaml"), ExitCode.USAGE, "dir.yaml")


TARGETS: dict[str, tuple[str, str, tuple[str, ...]]] = {  # text after the good file, place, what
    "unknown key": ("claim: {}\n", ":5:1", ("claim: unknown key", "did you mean 'claims'?")),
    "wrong type": ("scan_ms: often\n", ":5:1", ("scan_ms: must be a number", "'often'")),
    "negative": ("scan_ms: -1\n", ":5:1", ("greater than or equal to 0",)),
    "twice": ("name: y\n", ":5:1", ("key 'name' stands twice (first on line 2)",)),
    "no such claim": ("claims: {flying: true}\n", ":5:10", ("no option 'flying'", "it has: conditions")),
    "no such signal": ("bindings: {state.stat: {opcua: 's:X'}}\n", ":5:12", ("no signal 'state.stat'",)),
    "no such register": ("bindings: {state.cause: {modbus: {address: 70000}}}\n", ":5:12", ("binding of state.cause",)),
    "no such requirement": ("parameters: {STA-NO-001: {x: 1}}\n", ":5:14", ("no requirement STA-NO-001", "did you mean 'STA-")),
    "no such parameter": ("parameters: {STA-STATE-001: {x: 1}}\n", ":5:30", ("no parameter 'x'", "watch_s")),
    "a panel that is no address": ("panel: somewhere\n", ":5:1", ("panel",)),
    "no mode": ("agreed_modes: [maintenance]\n", ":5:16", ("agreed_modes",)),
    "a certificate without its key": (
        "", ":4:37", ("certificate and private_key go together",),
    ),
    "a certificate that is not there": ("", ":4:57", ("certificate: ", "cannot be read", "relative to the target file")),
    "a certificate that is none": ("", ":4:57", ("holds no certificate", "DER (.der) or PEM (.pem)")),
    "a variable that is not set": ("", "", ("SETSUBI_NOT_SET is not set",)),
    "a mode without policy": ("", ":4:37", ("mode Sign needs a policy",)),
}  # fmt: skip
ENDPOINTS = {
    "a certificate without its key": "{url: opc.tcp://127.0.0.1:9, certificate: a.der}",
    "a certificate that is not there": "{url: opc.tcp://127.0.0.1:9, private_key: b.der, certificate: a.der}",
    "a certificate that is none": "{url: opc.tcp://127.0.0.1:9, private_key: b.der, certificate: line.yaml}",
    "a variable that is not set": "{url: opc.tcp://127.0.0.1:9, user: u, password_env: SETSUBI_NOT_SET}",
    "a mode without policy": "{url: opc.tcp://127.0.0.1:9, mode: Sign}",
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_wrong_target_file_is_named_at_its_place(name: str, folder: Path) -> None:
    more, place, parts = TARGETS[name]
    text = TARGET + more
    if name in ENDPOINTS:
        text = text.replace("{url: opc.tcp://127.0.0.1:9}", ENDPOINTS[name])
    (folder / "target.yaml").write_text(text, encoding="utf-8")
    place = f"target.yaml{place}:" if place else ""
    refused(setsubi("check", "target.yaml"), ExitCode.USAGE, place, *parts)


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        (
            "scan_ms: -1\nclaim: {}\nparallel: many\n",
            [":5:1: scan_ms: must be", ":6:1: claim: unknown key; did you mean 'claims'?", ":7:1: parallel: must be"],
        ),
        (
            "tolerances: {comm.clok: 1}\nclaims: {flying: true}\nbindings:\n  state.unit_stat: {opcua: 's:X'}\n"
            "  state.cause: {modbus: {address: 70000}}\nparameters: {STA-STAT-001: {x: 1}, STA-STATE-001: {y: 1}}\n",
            [
                ":5:14: the profile has no signal 'comm.clok'; did you mean 'comm.clock'?",
                ":6:10: the profile has no option 'flying'",
                ":8:3: the profile has no signal 'state.unit_stat'; did you mean 'state.unit_state'",
                ":9:3: the binding of state.cause does not fit",
                ":10:14: there is no requirement STA-STAT-001; did you mean 'STA-STATE-001'",
                ":10:52: STA-STATE-001 has no parameter 'y'; it has: ",
            ],
        ),
    ],
)  # fmt: skip
def test_all_mistakes_of_a_target_file_are_named_each_at_its_place(more: str, lines: list[str], folder: Path) -> None:
    (folder / "target.yaml").write_text(TARGET + more, encoding="utf-8")
    said = setsubi("check", "target.yaml")
    assert said.code == ExitCode.USAGE
    found = said.err.splitlines()
    assert len(found) == len(lines), said.err
    for line, wanted in zip(found, lines, strict=True):
        assert line.startswith(f"setsubi: target.yaml{wanted}"), line


def test_a_profile_that_a_target_file_names_wrongly_is_named_in_that_file(folder: Path) -> None:
    (folder / "target.yaml").write_text(TARGET.replace("stacking", "stackign"), encoding="utf-8")
    refused(setsubi("check", "target.yaml"), ExitCode.USAGE, "target.yaml:3:1: profile: 'stackign' is no profile")


LINES: dict[str, tuple[str, str, tuple[str, ...]]] = {  # the line file, place, what
    "unknown profile": (LINE.replace("stacking", "staking"), ":4:5", ("'staking' is no profile", "'stacking'")),
    "a conveyor's profile": (LINE.replace("stacking", "conveyor"), ":4:5", ("A is a machine", "describes a conveyor")),
    "unknown key": (LINE + "    slot: 3\n", ":6:5", ("unknown key slot",)),
    "negative time": (LINE.replace("45 s", "-3"), ":5:5", ("process_time", "negative")),
    "no unit of time": (LINE.replace("45 s", "45 parsecs"), ":5:5", ("a time is",)),
    "two units of one name": (LINE + "  - {name: A, process_time: 1}\n", ":6:6", ("the name A is used twice",)),
    "a buffer at the end": (LINE + "  - {kind: buffer, name: B, capacity: 1}\n", ":6:5", ("between two units",)),
    "more in work than places": (LINE + "    prefill: 7\n", ":3:5", ("prefill (7) is more than slots (1)",)),
    "a chance above one": (LINE + "    scrap: 1.5\n", ":6:5", ("1.5 is no share of scrap", "below 1")),
    "no unit": ("name: x\nunits: []\n", ":2:1", ("units: has 0 entries, too few (write at least 1)",)),
    "no profile at all": (LINE.replace("    profile: stacking\n", ""), "", ("no unit names a profile",)),
}  # fmt: skip


@pytest.mark.parametrize(("text", "place", "parts"), LINES.values(), ids=LINES)
def test_a_wrong_line_file_is_named_at_its_place(text: str, place: str, parts: tuple[str, ...], folder: Path) -> None:
    (folder / "l.yaml").write_text(text, encoding="utf-8")
    refused(setsubi("serve", "l.yaml", "--base-port", "0"), ExitCode.USAGE, f"l.yaml{place}:", *parts)


PROFILES: dict[str, tuple[str, str, tuple[str, ...]]] = {  # lines after 'profile: p' and 'extends: stacking'
    "unknown key": ("tilte: {en: A, ja: 機}\n", ":3:1", ("tilte: unknown key", "did you mean 'title'?")),
    "wrong type": ("signals: {process.x: 5}\n", ":3:11", ("must be a mapping of keys, not 5",)),
    "overlapping registers": (
        "signals:\n  process.x: {title: {en: X, ja: 値}, type: float32, modbus: {table: input, address: 401}}\n",
        ":4:53", ("input address 401 is already taken by process.alignment_error", "move one of them"),
    ),
    "duplicate id": (
        "alarms:\n  50: {id: x1, severity: 5, category: process, reaction: hold, text: {en: A, ja: あ}}\n"
        "  51: {id: x1, severity: 5, category: process, reaction: hold, text: {en: B, ja: い}}\n",
        ":5:8", ("id 'x1' is already taken by alarm 50",),
    ),
    "dangling reference": ("safety:\n  guard: {alarm: 99}\n", ":4:11", ("alarm 99 does not exist", "declare it")),
    "impossible parameter": (
        "recipes:\n  1: {values: {parameter.sheet_count: 500}}\n", ":4:16", ("500 lies outside [10.0, 200.0]",),
    ),
    "a state of endless heartbeats": ("handover:\n  heartbeat_loss_s: 1\n", ":4:3", ("not longer than the heartbeat",)),
}  # fmt: skip


@pytest.mark.parametrize(("body", "place", "parts"), PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize("command", ["profile lint p.yaml", "check good.yaml -p p.yaml", "mock p.yaml --base-port 0"])
def test_a_wrong_profile_is_named_at_its_place(
    command: str, body: str, place: str, parts: tuple[str, ...], folder: Path
) -> None:
    (folder / "p.yaml").write_text(f"profile: p\nextends: stacking\n{body}", encoding="utf-8")
    refused(setsubi(*command.split()), ExitCode.USAGE, f"p.yaml{place}:", *parts)


def test_a_pack_of_ones_own_in_place_of_a_profile_is_told_apart(folder: Path) -> None:
    (folder / "plant7").mkdir()
    text = "pack: plant7\nversion: 1.0.0\nextends: basc_cell_line\n"
    (folder / "plant7" / "pack.yaml").write_text(text, encoding="utf-8")
    for name in ("plant7", "plant7/pack.yaml"):
        refused(setsubi("profile", "lint", name), ExitCode.USAGE, "is a pack, no profile", "plant7:stacking")
    assert setsubi("profile", "lint", "plant7:stacking").code == 0


def test_one_is_counted_as_one(folder: Path) -> None:
    (folder / "p.yaml").write_text(
        "profile: p\nextends: stacking\nsignals: {process.alignment_error: {update_ms: 10}}\n", "utf-8"
    )
    assert setsubi("profile", "lint", "p.yaml").out.splitlines()[-1] == "1 warning"
    assert setsubi("profile", "lint", "stacking").out.splitlines()[-1] == "0 warnings"


def test_profiles_that_extend_each_other_are_named_with_their_circle(folder: Path) -> None:
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        (folder / f"{name}.yaml").write_text(f"profile: {name}\nextends: {parent}.yaml\n", encoding="utf-8")
    refused(setsubi("profile", "lint", "a.yaml"), ExitCode.USAGE, "c.yaml:2:1", "extend each other (a → b → c → a)")


def test_the_example_line_is_none_of_this(folder: Path) -> None:
    """The tables above would prove nothing if good files were refused too."""
    assert setsubi("simulate", EXAMPLE, "--hours", "0.1", "--replications", "1", "-q").code == ExitCode.CONFORMANT
    listed = setsubi("check", "good.yaml", "--list")
    assert listed.code == ExitCode.CONFORMANT
    assert "requirements would be checked" in listed.out
