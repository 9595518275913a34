"""Timing diagrams: edges stand where their time is, and text stays text."""

import re
from xml.etree import ElementTree as ET

import pytest

from conformance.reports.diagram import GUTTER, HIGH, LANE, LOW, MARGIN, WIDTH, Scale, draw, scale_of, segments
from conformance.reports.records import Diagram, Lane

SVG = "{http://www.w3.org/2000/svg}"


def diagram(**lanes):
    return Diagram(lanes=tuple(Lane(name=name, points=points) for name, points in lanes.items()))


def drawn(figure):
    return ET.fromstring(draw(figure, "title", "time [s]"))


def test_time_runs_linearly_from_the_names_to_the_right_margin():
    scale = Scale(2.0, 4.0)
    assert scale.x(2.0) == GUTTER
    assert scale.x(4.0) == WIDTH - MARGIN
    assert scale.x(3.0) == (GUTTER + WIDTH - MARGIN) / 2


def test_the_waveform_rises_and_falls_at_its_times():
    figure = diagram(ready=((0, False), (1, True), (3, False)))
    scale = scale_of(figure)
    path = drawn(figure).find(f".//{SVG}path[@class='wave']").get("d")
    up, down, end = (f"{scale.x(moment):.1f}" for moment in (1, 3, scale.end))
    assert path == f"M{GUTTER:.1f} {LOW:g}H{up}V{HIGH:g}H{down}V{LOW:g}H{end}"


def test_lanes_stand_below_one_another():
    svg = drawn(diagram(a=((0, True),), b=((0, True),)))
    paths = [p.get("d") for p in svg.iter(f"{SVG}path") if p.get("class") == "wave"]
    assert f" {HIGH:g}H" in paths[0]
    assert f" {LANE + HIGH:g}H" in paths[1]


def test_an_unknown_level_is_neither_high_nor_low():
    figure = diagram(x=((0, True), (1, None), (2, False)))
    svg = drawn(figure)
    assert svg.find(f".//{SVG}path[@class='unknown']") is not None
    assert svg.find(f".//{SVG}path[@class='wave']").get("d").count("M") == 2


def test_numbers_are_boxes_with_their_value():
    figure = diagram(state=((0, 4), (1, 6), (2, 11)))
    boxes = drawn(figure).findall(f".//{SVG}g[@class='step']")
    assert [box.find(f"{SVG}text").text for box in boxes] == ["4", "6", "11"]
    scale = scale_of(figure)
    second = boxes[1].find(f"{SVG}rect")
    assert second.get("x") == f"{scale.x(1):.1f}"
    assert float(second.get("width")) == pytest.approx(scale.x(2) - scale.x(1), abs=0.1)


def test_where_a_name_has_no_room_its_number_stands_alone():
    figure = diagram(
        state=((0, "9 (TransportFinished)"), (10, "12 (Faulted)"), (10.6, "7 (Transporting)"), (10.61, "3 (Idle)"))
    )
    boxes = drawn(figure).findall(f".//{SVG}g[@class='step']")
    assert [box.findtext(f"{SVG}text") for box in boxes] == ["9 (TransportFinished)", "12", None, "3"]
    assert boxes[2].findtext(f"{SVG}title").startswith("7 (Transporting) ")


def test_a_repeated_value_is_one_stretch():
    assert segments(Lane(name="x", points=((0, 1), (1, 1), (2, 3))), 4) == [(0, 2, 1), (2, 4, 3)]


def test_points_out_of_order_are_put_in_order():
    assert [s[0] for s in segments(Lane(name="x", points=((2, 1), (0, 2))), 3)] == [0, 2]


@pytest.mark.parametrize(("start", "end"), [(0, 1), (0, 0.004), (3.3, 4.7), (0, 12345), (-2, 5)])
def test_ticks_are_few_round_and_inside(start, end):
    ticks = Scale(start, end).ticks
    assert 3 <= len(ticks) <= 10
    assert all(start - 1e-9 <= tick <= end + 1e-9 for tick in ticks)


def test_a_diagram_in_which_nothing_changes_can_be_drawn():
    assert drawn(diagram(x=((5.0, True),))) is not None
    assert drawn(diagram(x=())) is not None


def test_everything_stays_inside_the_picture(report_of):
    for finding in report_of("faulty").findings:
        if finding.diagram:
            for number in re.findall(r'[HMx]="?(\d+\.\d)', draw(finding.diagram, "t", "s")):
                assert 0 <= float(number) <= WIDTH


def test_hostile_names_and_values_stay_text(report_of):
    figure = report_of("hostile").findings[0].diagram
    svg = ET.fromstring(draw(figure, "<script>", "<"))
    assert {element.tag for element in svg.iter()} <= {SVG + t for t in ("svg", "g", "path", "rect", "text", "title")}
