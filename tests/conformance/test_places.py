"""What a programmer is told of a port that does not keep a timer: which port, what signal, where, since when, how long."""

from __future__ import annotations

import io

import pytest
from warpbench import Mock

from conformance.events import Expectation, Finding, to_json
from conformance.reports import (
    build_report,
    make_console,
    print_stream,
    render_html,
    render_junit,
    render_markdown,
    said,
)
from conformance.reports.texts import texts_in
from profiles import load_profile

REGISTER = load_profile("conveyor").signals["handover.infeed.state"].modbus
HEADER = {"event": "header", "schema": 1, "profile": {"id": "conveyor"}, "target": {"name": "C1"}}


@pytest.fixture(scope="module")
def found() -> Finding:
    with Mock("conveyor") as mock:
        mock.switch("handover.no_t2", True)
        return mock.findings(only=["HO-TIMER-002"], opcua=None)[0]["HO-TIMER-002"]


@pytest.fixture(scope="module")
def unmet(found: Finding) -> Expectation:
    return next(x for x in found.expectations if x.met is False)


def test_port_timer_start_and_what_is_seen_instead_are_named(found: Finding, unmet: Expectation) -> None:
    assert unmet.what == "T2 of the infeed runs out within 2 s + 2 s of start = 1"
    assert unmet.expected == "12 (Faulted)"
    assert str(unmet.actual).startswith("still 7 (Transporting) after 4.")
    japanese = [str(said(texts_in("ja"), text)) for text in (unmet.what, unmet.actual)]
    assert japanese[0] == "受入口のT2が start = 1 から 2 s + 2 s 以内に超過すること"
    assert japanese[1].endswith("経過後も 7 (Transporting) のまま")


def test_the_signal_its_register_and_the_exchange_are_named(found: Finding, unmet: Expectation) -> None:
    assert REGISTER is not None
    assert (unmet.via, unmet.signal) == ("modbus", "handover.infeed.state")
    assert unmet.address == f"input:{REGISTER.address} ({REGISTER.reference})"
    read = {entry.i: entry for entry in found.transcript}
    assert unmet.evidence
    for i in unmet.evidence:
        table, _, span = read[i].address.partition(":")
        first, count = map(int, span.split("+"))
        assert table == "input"
        assert first <= REGISTER.address < first + count


def test_the_diagram_shows_the_timer_beside_the_levels(found: Finding) -> None:
    assert found.diagram is not None
    lanes = {lane.name: lane.points for lane in found.diagram.lanes}
    (started, on), (ended, off) = lanes["T2 (2 s)"]
    assert (on, off, round(ended - started, 2)) == (True, False, 2.0)
    assert started <= next(at for at, value in lanes["infeed.start"] if value)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_report_names_the_place(found: Finding, unmet: Expectation, lang: str) -> None:
    events = [HEADER, to_json(found), {"event": "footer", "exit_code": 1}]
    report = build_report(events)
    place = f"{unmet.signal} · {unmet.address}"
    out = io.StringIO()
    print_stream(events, make_console(out), lang)
    for text in (render_html(report, lang), render_junit(report, lang), render_markdown(report, lang), out.getvalue()):
        assert place in text
