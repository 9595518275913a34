"""What was measured too coarsely is undecided, and is measured once more before it is called so."""

from __future__ import annotations

from typing import Any

from conformance_fakes import Stand, findings

from conformance.reports import said, texts_in
from profiles.model import Impact
from profiles.model import Protocol as Wire


async def test_a_time_at_its_limit_is_undecided() -> None:
    async def times(ctx: Any) -> None:
        assert ctx.expect_within(0.5, 1.0, 0.1, "well within") is True
        assert ctx.expect_within(1.05, 1.0, 0.1, "at the limit") is None
        assert ctx.expect_within(1.5, 1.0, 0.1, "late") is False

    expectations = findings(await Stand(times).run())["BC-TEST-001"].expectations
    assert [x.met for x in expectations] == [True, None, False]


async def test_what_was_measured_too_coarsely_is_measured_once_more() -> None:
    """A tester that stood still for a moment leaves nothing undecided; what it had written is put back in between."""
    for coarse in (lambda ctx: ctx.expect_within(1.05, 1.0, 0.1, "in time"), lambda ctx: ctx.too_coarse("slow")):
        found: list[Any] = []

        async def times(ctx: Any, coarse: Any = coarse, found: list[Any] = found) -> None:
            found.append((await ctx.read("command.speed")).value)
            await ctx.write("command.speed", 77)
            if len(found) == 1:
                coarse(ctx)
            ctx.expect_within(0.5, 1.0, 0.1, "in time")

        finding = findings(await Stand(times, impact=Impact.WRITE).run())["BC-TEST-001"]
        assert finding.verdict == "pass"
        assert finding.notes == ["measured once more, as replies were too slow the first time"]
        assert len(found) == 2
        assert found[0] == found[1] != 77
        assert len([x for x in finding.transcript if x.op == "read"]) >= 2


async def test_what_stays_too_coarse_says_so_and_is_not_tried_a_third_time() -> None:
    runs: list[int] = []

    async def times(ctx: Any) -> None:
        runs.append(1)
        ctx.expect_within(1.05, 1.0, 0.1, "in time")

    finding = findings(await Stand(times).run())["BC-TEST-001"]
    assert (finding.verdict, len(runs)) == ("inconclusive", 2)
    assert finding.reason == "undecided: in time: 1.050 s ± 0.100 s reaches over the limit (within 1 s)"
    assert "限度（1 s 以内）をまたぐ" in said(texts_in("ja"), finding.reason)


async def test_a_violation_and_a_question_that_could_not_be_put_are_final() -> None:
    runs: list[str] = []

    async def late_and_at_the_limit(ctx: Any) -> None:
        runs.append("late")
        ctx.expect_within(1.5, 1.0, 0.1, "late")
        ctx.expect_within(1.05, 1.0, 0.1, "in time")

    async def cannot(ctx: Any) -> None:
        runs.append("cannot")
        ctx.inconclusive("nobody is there")

    found = findings(await Stand(late_and_at_the_limit, cannot).run())
    assert [f.verdict for f in found.values()] == ["fail", "inconclusive"]
    assert sorted(runs) == ["cannot", "late"]


async def test_what_failed_over_one_protocol_stays_so_where_the_other_was_in_doubt() -> None:
    """A second run that goes well takes no failure back."""
    runs: list[Wire | None] = []

    async def fails_once(ctx: Any) -> None:
        first = ctx.only_via not in runs
        runs.append(ctx.only_via)
        if ctx.only_via is Wire.OPCUA:
            ctx.expect(not first, "it holds")
        else:
            ctx.expect_within(1.05, 1.0, 0.1, "in time")

    both = Stand(fails_once, wires=(Wire.OPCUA, Wire.MODBUS), per_protocol=True)
    assert findings(await both.run())["BC-TEST-001"].verdict == "fail"
    assert sorted(runs) == [Wire.MODBUS, Wire.OPCUA]
