"""A run derives verdicts, keeps what it found, puts back what it wrote, and ends with the true exit code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from conformance_fakes import Stand, findings
from warp import in_warped_time

from conformance.baseline import load_baseline
from conformance.context import Reading
from conformance.errors import TargetFileError, UsageError
from conformance.events import from_json, to_json, to_line
from conformance.exitcodes import ExitCode
from conformance.reports import build_report, render_markdown, said, texts_in
from profiles.model import Impact
from profiles.model import Protocol as Wire


async def passes(ctx: Any) -> None:
    reading = await ctx.read("state.unit_state")
    ctx.expect(reading.ok, "the state can be read", evidence=reading.evidence)


async def fails(ctx: Any) -> None:
    ctx.expect(False, "it holds", expected=1, actual=2)


async def says_nothing(ctx: Any) -> None:
    await ctx.read("state.unit_state")


async def test_all_passed_is_conformant() -> None:
    stand = Stand(passes)
    events = await stand.run()
    assert stand.session.exit_code is ExitCode.CONFORMANT
    assert [e.event for e in events] == ["header", "requirement", "finding", "footer"]
    assert findings(events)["BC-TEST-001"].verdict == "pass"


async def test_a_failed_must_is_a_nonconformity_and_a_failed_should_is_not() -> None:
    must = Stand(fails)
    await must.run()
    should = Stand(fails, passes, rows=[{"level": "SHOULD"}])
    await should.run()
    strict = Stand(fails, rows=[{"level": "SHOULD"}], options={"strict": True})
    await strict.run()
    codes = [s.session.exit_code for s in (must, should, strict)]
    assert codes == [ExitCode.NONCONFORMITY, ExitCode.CONFORMANT, ExitCode.NONCONFORMITY]


async def test_a_check_without_an_expectation_leaves_the_run_incomplete() -> None:
    stand = Stand(says_nothing)
    events = await stand.run()
    assert findings(events)["BC-TEST-001"].verdict == "inconclusive"
    assert stand.session.exit_code is ExitCode.INCOMPLETE


async def test_our_own_exception_is_an_error_and_not_the_targets_failure() -> None:
    async def breaks(ctx: Any) -> None:
        raise KeyError("ours")

    stand = Stand(breaks)
    events = await stand.run()
    assert findings(events)["BC-TEST-001"].verdict == "error"
    assert stand.session.exit_code is ExitCode.INTERNAL_ERROR


async def test_a_check_that_does_more_than_its_requirement_declares_is_our_error() -> None:
    async def writes(ctx: Any) -> None:
        await ctx.write("identity.location", "elsewhere")

    stand = Stand(writes, impact=Impact.OBSERVE)
    events = await stand.run()
    assert findings(events)["BC-TEST-001"].verdict == "error"
    assert stand.link.written == []


async def test_nothing_checked_is_no_pass() -> None:
    stand = Stand(passes, rows=[{"impact": "write"}])
    events = await stand.run()
    assert findings(events)["BC-TEST-001"].verdict == "not-exercised"
    assert stand.session.exit_code is ExitCode.NOTHING_CHECKED
    assert events[-1].must_not_exercised == 1


async def test_an_unreachable_target_is_said_so() -> None:
    stand = Stand(passes)
    stand.link.absent = True
    await stand.run()
    assert stand.session.exit_code is ExitCode.UNREACHABLE


async def test_a_target_lost_on_the_way_keeps_what_was_found() -> None:
    stand: Stand

    async def loses(ctx: Any) -> None:
        stand.link.lost = True
        await ctx.read("state.unit_state")

    stand = Stand(passes, loses, passes, impact=Impact.WRITE)
    events = await stand.run()
    verdicts = [f.verdict for f in findings(events).values()]
    assert verdicts == ["pass", "inconclusive", "inconclusive"]
    assert "lost during BC-TEST-002" in findings(events)["BC-TEST-003"].reason
    assert stand.session.exit_code is ExitCode.UNREACHABLE


async def test_an_unknown_pattern_is_a_usage_error() -> None:
    from conformance.runner import Options, Session
    from conformance.selection import Selection

    stand = Stand(passes)
    with pytest.raises(UsageError, match="matches no requirement"):
        Session(stand.session.target, stand.profile, Options(Selection(only=("NO-*",))), bench=stand.bench, checks={})


async def test_another_major_version_stops_the_run() -> None:
    stand = Stand(passes)
    stand.link.values["profile.version"] = "2.0.0"
    events = await stand.run()
    assert stand.session.exit_code is ExitCode.USAGE
    assert "profile version 2.0.0" in events[-1].reason


async def test_what_was_written_is_put_back_in_reverse_order() -> None:
    async def writes(ctx: Any) -> None:
        await ctx.write("identity.location", "one")
        await ctx.write("identity.asset_id", "two")
        await ctx.write("identity.location", "three")
        ctx.expect(True, "written")

    stand = Stand(writes, impact=Impact.WRITE)
    events = await stand.run()
    restored = [(e.signal, e.old, e.ok) for e in events if e.event == "restore"]
    assert restored == [("identity.asset_id", "A", True), ("identity.location", "hall 1", True)]
    assert stand.link.values["identity.location"] == "hall 1"


async def test_what_cannot_be_put_back_is_reported() -> None:
    stand: Stand

    async def writes(ctx: Any) -> None:
        await ctx.write("identity.location", "one")
        stand.link.refuse.add("identity.location")
        ctx.expect(True, "written")

    stand = Stand(writes, impact=Impact.WRITE)
    events = await stand.run()
    assert [(e.signal, e.ok, e.status) for e in events if e.event == "restore"] == [
        ("identity.location", False, "refused")
    ]


@pytest.mark.parametrize("how", ["abort key", "cancelled task"])
async def test_an_interrupt_restores_and_keeps_the_findings(how: str) -> None:
    stand: Stand
    waiting = asyncio.Event()

    async def waits(ctx: Any) -> None:
        await ctx.write("identity.location", "one")
        waiting.set()
        await ctx.until("comm.heartbeat", 99, within_s=1000)

    stand = Stand(passes, waits, passes, impact=Impact.WRITE)
    task = asyncio.create_task(stand.run())
    await waiting.wait()
    if how == "abort key":
        stand.session.interrupt()
    else:
        task.cancel()
    events = await task
    assert stand.session.exit_code is ExitCode.INTERRUPTED
    assert [f.verdict for f in findings(events).values()] == ["pass", "inconclusive", "inconclusive"]
    assert stand.link.values["identity.location"] == "hall 1"
    assert events[-1].event == "footer"


async def test_a_check_that_does_not_end_is_inconclusive_and_restored() -> None:
    async def hangs(ctx: Any) -> None:
        await ctx.write("identity.location", "one")
        await ctx.until("comm.heartbeat", 99, within_s=1000)

    stand = Stand(hangs, impact=Impact.WRITE, check_s=0.05)
    events = await stand.run()
    assert "not finished within" in findings(events)["BC-TEST-001"].reason
    assert stand.link.values["identity.location"] == "hall 1"


async def test_a_real_machine_without_permit_is_not_actuated() -> None:
    async def acts(ctx: Any) -> None:
        ctx.expect((await ctx.command("Start")).accepted, "started")

    stand = Stand(acts, impact=Impact.ACTUATE, kind="real")
    stand.link.values["test.permit"] = False
    events = await stand.run()
    assert "local test permit" in findings(events)["BC-TEST-001"].reason
    assert stand.link.written == []
    assert stand.session.exit_code is ExitCode.INCOMPLETE


async def test_losing_the_permit_ends_the_check_and_restores() -> None:
    stand: Stand

    async def acts(ctx: Any) -> None:
        await ctx.write("command.speed", 20.0)
        stand.link.values["test.permit"] = False
        await ctx.until("comm.heartbeat", 99, within_s=1000)

    stand = Stand(acts, passes, impact=Impact.ACTUATE, kind="real")
    events = await stand.run()
    assert [f.verdict for f in findings(events).values()] == ["inconclusive", "inconclusive"]
    assert stand.link.values["command.speed"] == 10.0


async def test_a_unit_that_rested_is_stopped_at_the_end() -> None:
    stand: Stand

    async def starts(ctx: Any) -> None:
        stand.link.values["state.unit_state"] = 6
        ctx.expect((await ctx.command("Start")).accepted, "started")

    stand = Stand(starts, impact=Impact.ACTUATE)
    events = await stand.run()
    assert stand.link.written[-1] == ("command.cntrl_cmd", 3)
    assert [(e.signal, e.ok) for e in events if e.event == "restore"] == [("state.unit_state", True)]


async def test_a_check_per_protocol_gives_one_finding_with_both_sides() -> None:
    async def magic(ctx: Any) -> None:
        reading = await ctx.read("comm.heartbeat")
        ctx.expect(reading.value == 1, "it beats", actual=reading.value, evidence=reading.evidence)

    stand = Stand(magic, wires=(Wire.OPCUA, Wire.MODBUS), per_protocol=True)
    stand.links[Wire.MODBUS].values["comm.heartbeat"] = 7
    finding = findings(await stand.run())["BC-TEST-001"]
    assert finding.verdict == "fail"
    assert [(x.via, x.met) for x in finding.expectations] == [("opcua", True), ("modbus", False)]
    assert finding.transcript[finding.expectations[1].evidence[0] - finding.transcript[0].i].value == 7


async def test_a_known_failure_does_not_decide_and_a_stale_one_does(tmp_path: Any) -> None:
    path = tmp_path / "known.yaml"
    path.write_text("profile: stacking\nknown_failures:\n  BC-TEST-001: pump on order\n", encoding="utf-8")
    known = Stand(fails, passes, options={"baseline": load_baseline(path, "stacking")})
    events = await known.run()
    assert known.session.exit_code is ExitCode.CONFORMANT
    finding = findings(events)["BC-TEST-001"]
    assert (finding.verdict, finding.notes) == ("known-failure", ["known failure: pump on order"])
    assert (events[-1].must_failed, events[-1].reason) == (0, "no MUST failed beyond the baseline")
    stale = Stand(passes, options={"baseline": load_baseline(path, "stacking")})
    footer = (await stale.run())[-1]
    assert stale.session.exit_code is ExitCode.NONCONFORMITY
    assert footer.stale
    assert footer.reason == "the baseline is stale: BC-TEST-001 no longer fails; remove it with --update-baseline"
    assert "BC-TEST-001は適合になった；" in str(said(texts_in("ja"), footer.reason))
    updated = Stand(passes, options={"baseline": load_baseline(path, "stacking"), "update_baseline": True})
    await updated.run()
    assert updated.session.exit_code is ExitCode.CONFORMANT
    assert load_baseline(path, "stacking").known == {}


async def test_a_baseline_takes_in_what_fails_and_asks_for_the_reasons(tmp_path: Any) -> None:
    path = tmp_path / "known.yaml"
    began = Stand(
        fails, passes, options={"baseline": load_baseline(path, "stacking", create=True), "update_baseline": True}
    )
    events = await began.run()
    assert began.session.exit_code is ExitCode.CONFORMANT
    (shown,) = [f for f in build_report(map(to_json, events)).findings if f.id == "BC-TEST-001"]
    assert (shown.verdict, shown.notes) == ("known-failure", ["known failure: new in the baseline"])
    assert (events[-1].must_failed, events[-1].counts["known-failure"], events[-1].counts["fail"]) == (0, 1, 0)
    assert "baseline known.yaml updated, entries without a reason: 1" in events[-1].reason
    assert f"write between the quotes in {path} why" in events[-1].reason
    assert "the next run refuses" in events[-1].reason
    with pytest.raises(TargetFileError, match=r"known\.yaml:4:3: known_failures\.BC-TEST-001: has no reason; say why"):
        load_baseline(path, "stacking")


async def test_an_interrupted_update_knows_no_failure_that_it_has_not_saved(tmp_path: Any) -> None:
    async def is_interrupted(ctx: Any) -> None:
        stand.session.interrupt()

    path = tmp_path / "known.yaml"
    options = {"baseline": load_baseline(path, "stacking", create=True), "update_baseline": True}
    stand = Stand(fails, is_interrupted, options=options)
    events = await stand.run()
    assert stand.session.exit_code is ExitCode.INTERRUPTED
    assert not path.exists()
    assert (events[-1].must_failed, events[-1].counts["known-failure"]) == (1, 0)
    report = build_report(map(to_json, events))
    assert [f.verdict for f in report.findings] == ["fail", "inconclusive"]
    assert "1 MUST violated" in render_markdown(report, "en")


async def test_a_baseline_that_cannot_be_saved_makes_no_failure_known(tmp_path: Any) -> None:
    baseline = load_baseline(tmp_path / "no such folder" / "known.yaml", "stacking", create=True)
    stand = Stand(fails, options={"baseline": baseline, "update_baseline": True})
    footer = (await stand.run())[-1]
    assert stand.session.exit_code is ExitCode.USAGE
    assert (footer.must_failed, footer.counts["known-failure"], footer.baselined) == (1, 0, [])


async def test_the_reason_of_a_failure_says_that_it_lists_what_was_not_met() -> None:
    async def faults(ctx: Any) -> None:
        ctx.expect(True, "it starts")
        ctx.expect(False, "the port leaves its faulted state")

    finding = findings(await Stand(faults).run())["BC-TEST-001"]
    assert finding.reason == "not met: the port leaves its faulted state"
    assert said(texts_in("ja"), finding.reason) == "満たされなかった期待：ポートが受渡異常から復帰すること"


async def test_every_record_survives_its_json() -> None:
    events = await Stand(passes, fails).run()
    assert events[0].options.keys() == events[0].claims.keys()  # every claim has its title
    for event in events:
        assert from_json(json.loads(to_line(event))) == from_json(to_json(event))


async def test_checks_that_only_look_run_side_by_side_and_keep_their_order() -> None:
    met = asyncio.Event()

    async def waits(ctx: Any) -> None:
        await met.wait()
        ctx.expect(True, "the other one has run meanwhile")

    async def comes(ctx: Any) -> None:
        met.set()
        ctx.expect(True, "it ran")

    events = await Stand(waits, comes).run()
    assert [(i, f.verdict) for i, f in findings(events).items()] == [("BC-TEST-001", "pass"), ("BC-TEST-002", "pass")]


async def test_an_interrupt_ends_all_that_look_and_begins_no_other() -> None:
    begun: list[str] = []
    stand: Stand

    async def waits(ctx: Any) -> None:
        begun.append(ctx.requirement.id)
        if len(begun) == 4:
            stand.session.interrupt()
        await asyncio.Event().wait()

    stand = Stand(*[waits] * 6)
    events = await stand.run()
    assert begun == [f"BC-TEST-00{n}" for n in range(1, 5)]  # as many as the target file allows at the same time
    assert {f.verdict for f in findings(events).values()} == {"inconclusive"}
    assert events[-1].exit_code == ExitCode.INTERRUPTED


@in_warped_time
async def test_what_comes_in_time_is_not_missed_because_one_reply_is_late() -> None:
    async def check(ctx: Any) -> None:
        asyncio.get_running_loop().call_later(1.0, stand.link.values.update, {"comm.heartbeat": 2})
        seen = await ctx.until("comm.heartbeat", 2, within_s=2.0)
        ctx.expect(seen.met, "the heartbeat changes")

    stand = Stand(check, check_s=60.0)
    read = stand.link.read

    async def late(signals: Sequence[str]) -> dict[str, Reading]:
        found = await read(signals)
        await asyncio.sleep(3.0)
        return {name: replace(reading, at=stand.bench.clock.now()) for name, reading in found.items()}

    stand.link.read = late  # type: ignore[method-assign]
    assert findings(await stand.run())["BC-TEST-001"].verdict == "pass"


async def test_a_signal_seen_over_two_protocols_has_two_lanes_that_say_which() -> None:
    async def watches(ctx: Any) -> None:
        await ctx.record(["state.unit_state"], 0.0)
        if ctx.only_via is Wire.MODBUS:
            await ctx.record(["state.unit_mode"], 0.0)
        ctx.expect(True, "it is watched")

    both = Stand(watches, wires=(Wire.OPCUA, Wire.MODBUS), per_protocol=True)
    diagram = findings(await both.run())["BC-TEST-001"].diagram
    names = [lane.name for lane in diagram.lanes]
    assert names == ["state.unit_state (opcua)", "state.unit_state (modbus)", "state.unit_mode"]
