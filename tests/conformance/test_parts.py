"""The small parts: selection, gates of raw frames, the panel, the prompts, the journal's file, the exit code's order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conformance_fakes import Stand, findings, requirement
from conformance_servers import modbus_server

from conformance.bench import build_bench
from conformance.clock import MachineClock
from conformance.context import Reading
from conformance.errors import HarnessError, OperatorError
from conformance.events import Entry
from conformance.exitcodes import ExitCode
from conformance.journal import Journal
from conformance.registry import check, load_checks
from conformance.runner import Options, Session
from conformance.selection import Selection, matches
from conformance.targetfile import Target, TargetFile
from conformance.targets.frames import pdus_in, written_by
from conformance.targets.human import Human
from conformance.targets.panel import Panel
from conformance.transcript import Transcript
from conformance.verdicts import Result, Stop, Verdict, conclude
from profiles import load_profile
from profiles.model import Impact, Level
from profiles.model import Protocol as Wire


def test_a_pattern_means_an_id_a_glob_an_area_or_a_level() -> None:
    row = requirement(7)
    assert all(matches(row, p) for p in ("BC-TEST-007", "bc-test-*", "bc-test", "BC", "test", "MUST", "must"))
    assert not any(matches(row, p) for p in ("BC-TEST-008", "SHOULD", "tes", "BC-TES"))


async def test_what_does_not_apply_is_said_with_its_reason() -> None:
    async def never(ctx: Any) -> None:
        raise AssertionError

    rows = [
        {"applies_to": {"kinds": ["conveyor"]}},
        {"applies_to": {"protocols": ["modbus"]}},
        {"applies_to": {"signals": ["no.signal"]}},
        {"check": None, "excluded": {"en": "Needs a laboratory.", "ja": "試験所が必要。"}, "faults": []},
        {"check": "test.unknown"},
    ]
    stand = Stand(never, never, never, never, never, rows=rows)
    events = await stand.run()
    verdicts = {k: f.verdict for k, f in findings(events).items()}
    assert list(verdicts.values()) == ["not-applicable", "not-applicable", "not-applicable", "error"]
    assert [e.excluded for e in events if e.event == "requirement"][3]["en"] == "Needs a laboratory."


async def test_a_dry_run_lists_writes_and_touches_nothing() -> None:
    async def writes(ctx: Any) -> None:
        raise AssertionError

    stand = Stand(writes, impact=Impact.WRITE)
    (planned,) = stand.session.planned()
    assert (planned.requirement, planned.impact) == ("BC-TEST-001", Impact.WRITE)
    assert stand.bench.transcript.length == 0


def test_a_stop_outweighs_a_failure_and_a_failure_outweighs_an_open_question() -> None:
    def result(verdict: Verdict, level: Level = Level.MUST) -> Result:
        return Result("X", level, verdict)

    failed, open_, error = result(Verdict.FAIL), result(Verdict.INCONCLUSIVE), result(Verdict.ERROR)
    assert conclude([failed, open_], stop=Stop(ExitCode.INTERRUPTED, "key")).code is ExitCode.INTERRUPTED
    assert conclude([failed, open_, error]).code is ExitCode.NONCONFORMITY
    assert conclude([open_, error]).code is ExitCode.INTERNAL_ERROR
    assert conclude([open_, result(Verdict.PASS)]).code is ExitCode.INCOMPLETE
    assert conclude([result(Verdict.INCONCLUSIVE, Level.SHOULD), result(Verdict.PASS)]).code is ExitCode.CONFORMANT
    assert conclude([result(Verdict.NOT_APPLICABLE)]).code is ExitCode.NOTHING_CHECKED
    assert [conclude(some, stale=["Y"]).stale for some in ([failed], [open_])] == [False, True]


def test_a_raw_frame_tells_what_it_would_write() -> None:
    assert written_by(bytes([6, 0, 5, 0, 1])) == (False, 5, 1)
    assert written_by(bytes([15, 0, 40, 0, 3, 1, 7])) == (True, 40, 3)
    assert written_by(bytes([23, 0, 0, 0, 1, 0, 9, 0, 2, 4, 0, 0, 0, 0])) == (False, 9, 2)
    assert written_by(bytes([3, 0, 0, 0, 1])) is None
    assert pdus_in(bytes([0, 1, 0, 0, 0, 6, 1, 6, 0, 5, 0, 1]) * 2) == [bytes([6, 0, 5, 0, 1])] * 2


async def test_a_raw_write_is_gated_journaled_and_restored() -> None:
    profile = load_profile("stacking")

    async def raw(ctx: Any) -> None:
        address = ctx.profile.signals["identity.location"].modbus.address
        reply = await ctx.modbus.exchange(bytes([6, *address.to_bytes(2, "big"), 0x41, 0x42]))
        ctx.expect(reply.exception is None, "accepted", evidence=reply.evidence)

    for impact in (Impact.OBSERVE, Impact.WRITE):
        stand = Stand(raw, impact=impact)
        async with modbus_server(profile, {"identity.location": "hall 1", "profile.version": "1.0.0"}) as port:
            keys = {"kind": "mock", "modbus": {"host": "127.0.0.1", "port": port, "unit": 1}}
            target = Target(file=TargetFile.model_validate(keys), ref="t.yaml")
            checks = {"test.c1": stand.session.selected[0].check}
            session = Session(target, stand.profile, Options(Selection(impact)), checks=checks)  # type: ignore[arg-type]
            events = [e async for e in session.events()]
            bench = build_bench(target, stand.profile)
            link = next(iter(bench.links.values()))
            await link.connect()
            assert (await link.read(["identity.location"]))["identity.location"].value == "hall 1"
            await link.close()
        wanted = ("error", []) if impact is Impact.OBSERVE else ("pass", [("identity.location", True)])
        restored = [(e.signal, e.ok) for e in events if e.event == "restore"]
        assert (findings(events)["BC-TEST-001"].verdict, restored) == wanted


async def test_the_panel_does_or_says_why_not() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            request = json.loads(line)
            good = request["act"] == "trip"
            answer = {"id": request["id"], "ok": good} | ({} if good else {"error": "no such thing"})
            writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    panel = Panel(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", Transcript(MachineClock()))
    await panel.act("trip", function="emergency_stop")
    with pytest.raises(OperatorError, match="no such thing"):
        await panel.act("dance")
    await panel.close()
    server.close()


async def test_a_person_is_asked_in_their_language_and_may_decline() -> None:
    asked: list[str] = []

    async def answer(prompt: str) -> str:
        asked.append(prompt)
        return "n" if len(asked) == 2 else ""

    human = Human(Transcript(MachineClock()), "ja", answer)
    await human.act("permit", on=True)
    assert asked[0].startswith("現場試験許可を入にしてください。")
    with pytest.raises(OperatorError):
        await human.act("trip", function="guard")


async def test_the_journals_file_knows_what_was_not_put_back(tmp_path: Path) -> None:
    from conformance.context import Outcome, Reading
    from profiles.model import Protocol as Wire

    journal = Journal(tmp_path / "journal.ndjson")
    old = {"a.b": 1, "c.d": 1, "e.f": 1, "g.h": 1}
    journal.note([Reading(s, Wire.MODBUS, v, True, "OK", 0.0, 0.0) for s, v in old.items()])
    now = {"a.b": 2, "c.d": 2, "e.f": 1, "g.h": 2}
    written: list[str] = []

    async def read(via: Wire, signals: Any) -> dict[str, Reading]:
        return {s: Reading(s, via, now[s], True, "OK", 0.0, 0.0) for s in signals}

    async def write(via: Wire, signal: str, value: Any) -> Outcome:
        written.append(signal)
        now["g.h"] = 1  # restoring one may bring another back
        return Outcome(signal == "a.b", "OK", 0.0)

    records = await journal.restore("X", read, write)
    assert [(r.signal, r.ok) for r in records] == [("g.h", True), ("e.f", True), ("c.d", False), ("a.b", True)]
    assert written == ["g.h", "c.d", "a.b"]  # what is the old value already is left alone
    lines = [json.loads(x) for x in (tmp_path / "journal.ndjson").read_text(encoding="utf-8").splitlines()]
    assert [x["restored"] for x in lines if "restored" in x] == ["g.h", "e.f", "a.b"]


def test_a_long_transcript_keeps_its_ends_and_what_is_cited() -> None:
    transcript = Transcript(MachineClock())
    with transcript.scope() as scope:
        for i in range(1000):
            transcript.add("modbus", "read", str(i))
    kept: list[Entry] = transcript.take(scope, cited=[500])
    assert len(kept) == 301
    assert 500 in {e.i for e in kept}
    assert transcript.take(scope) == []


async def test_what_runs_side_by_side_keeps_its_own_part_of_the_transcript() -> None:
    transcript = Transcript(MachineClock())
    turn = asyncio.Event()

    async def one(name: str, mine: asyncio.Event | None) -> list[str]:
        with transcript.scope() as scope:
            transcript.add("opcua", "Read", f"{name} first")
            if mine is not None:
                await mine.wait()
            else:
                turn.set()
            # what a check starts belongs to it as well
            await asyncio.create_task(_say(transcript, f"{name} second"))
        return [e.address for e in transcript.take(scope)]

    assert await asyncio.gather(one("a", turn), one("b", None)) == [["a first", "a second"], ["b first", "b second"]]


async def _say(transcript: Transcript, text: str) -> None:
    transcript.add("opcua", "Read", text)


def test_two_checks_of_one_name_are_our_error() -> None:
    async def one(ctx: Any) -> None: ...

    async def two(ctx: Any) -> None: ...

    check("selftest.twice")(one)
    with pytest.raises(HarnessError, match=r"selftest\.twice"):
        check("selftest.twice")(two)
    assert "selftest.twice" in load_checks()


def test_every_check_that_does_more_than_look_says_what_it_writes() -> None:
    """Else a dry run would keep it back."""
    checks = load_checks()
    silent = [
        r.id
        for r in load_profile("stacking").ledger
        if r.check and r.impact is not Impact.OBSERVE and not checks[r.check].writes
    ]
    assert silent == ["MOD-MBAP-003"]  # a frame of a wrong length, and reads


UNREAD = ["state.cause", "comm.heartbeat"]


@pytest.mark.parametrize(
    ("asked", "said"), [("claims.signals", "is there"), ("identification.plate", "is present and not empty")]
)
async def test_a_signal_without_a_value_is_told_from_one_that_cannot_be_read(asked: str, said: str) -> None:
    stand = Stand(load_checks()[asked].run, rows=[{"parameters": {"signals": UNREAD}}])
    stand.link.values = dict.fromkeys(stand.profile.signals, 1)
    whole = stand.link.read

    async def read(signals: Sequence[str]) -> dict[str, Reading]:
        found = await whole(signals)
        for name, ok, status in (("state.cause", True, "Good"), ("comm.heartbeat", False, "BadNoCommunication")):
            if name in found:
                found[name] = replace(found[name], value=None, ok=ok, status=status)
        return found

    stand.link.read = read  # type: ignore[method-assign]
    unmet = {x.what: x.actual for x in findings(await stand.run())["BC-TEST-001"].expectations}
    assert [unmet[f"{signal} {said}"] for signal in UNREAD] == ["no value (Null), status Good", "BadNoCommunication"]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("opcua.event_notifier", {}), ("opcua.index_range", {"path": "/ua:Server/ua:NamespaceArray"})],
)
async def test_a_node_without_a_value_is_told_from_one_that_cannot_be_read(name: str, parameters: Any) -> None:
    empty = Reading("", Wire.OPCUA, None, True, "Good", 0.0, 0.0)

    class Nodes:
        async def read_raw(self, requests: Any) -> list[Reading]:
            return [empty]

        async def namespace_array(self) -> list[str]:
            return ["one", "two"]

    told: list[Any] = []
    ctx = SimpleNamespace(
        opcua=Nodes(), param=parameters.get, expect=lambda met, what, *, actual, **_: told.append((met, actual))
    )
    await load_checks()[name].run(cast(Any, ctx))
    assert (False, "no value (Null), status Good") in told
    assert (False, None) not in told
