"""What a vendor reads of a profile: one requirement explained, and the tables of what to build."""

import csv
import io
import re
from types import SimpleNamespace

import pytest
from rich.cells import cell_len
from sentences_in_code import JAPANESE

from conformance.reports import View, as_csv, as_markdown, as_rich, explain, explain_rich, make_console, show_profile
from conformance.reports.texts import _WORDS
from profiles import load_profile
from profiles.model import Alarm, Method, Requirement, Signal, Text, WordOrder

TITLE = {"en": "State", "ja": "状態"}


def requirement(**changes):
    row = {
        "id": "BAS-HAND-003",
        "area": "handover",
        "level": "MUST",
        "severity": "item-loss",
        "since": "1.0.0",
        "text": {"en": "Ready stays on.", "ja": "Readyを保持する。"},
        "remedy": {"en": "Latch it.", "ja": "保持する。"},
        "source": [{"ref": "IPC-HERMES-9852", "clause": "3.4", "trust": "A"}],
        "impact": "actuate",
        "parameters": {"hold_s": 2.0},
        "check": "handover.ready_holds",
        "faults": ["ready_drops"],
    }
    return Requirement.model_validate(row | changes)


@pytest.fixture
def profile():
    signals = [
        Signal.model_validate(
            {
                "id": "state.current",
                "title": TITLE,
                "type": "int32",
                "enum": {4: "Idle", 6: "Execute"},
                "opcua": {"path": "pml:PackML/pml:State"},
                "modbus": {"table": "input", "address": 16},
            }
        ),
        Signal.model_validate(
            {
                "id": "peer.ready",
                "title": {"en": "a | b", "ja": "準備完了"},
                "type": "bool",
                "direction": "in",
                "access": "rw",
                "modbus": {"table": "coil", "address": 3},
            }
        ),
        Signal.model_validate(
            {
                "id": "press.force",
                "title": {"en": "=1+1", "ja": "加圧力"},
                "type": "float32",
                "access": "rw",
                "unit": "kN",
                "range": [0, 25],
                "option": "press",
                "modbus": {"table": "holding", "address": 0, "write_functions": [16]},
            }
        ),
    ]
    method = Method.model_validate({"id": "start", "title": TITLE, "path": "pml:PackML/pml:Start", "command": 2})
    alarm = Alarm.model_validate(
        {
            "number": 17,
            "id": "door",
            "severity": 800,
            "category": "safety",
            "reaction": "abort",
            "text": {"en": "Door open", "ja": "扉開"},
        }
    )
    return SimpleNamespace(
        title=Text(en="Stacker", ja="積層機"),
        version="1.0.0",
        word_order=WordOrder.BIG,
        signals={s.id: s for s in signals},
        methods={"start": method},
        alarms={17: alarm},
        handover=load_profile("stacking").handover,
        state_tables=load_profile("stacking").state_tables,
        ledger=[requirement()],
    )


def rows(profile, view):
    (sheet,) = show_profile(profile, [view])
    return list(csv.DictReader(io.StringIO(as_csv(sheet))))


def test_the_register_map_is_in_order_of_tables_and_addresses(profile):
    coil, read, held = rows(profile, View.MODBUS)
    assert (coil["signal"], coil["reference"], coil["functions"]) == ("peer.ready", "000004", "01 05 15")
    assert (read["address"], read["last"], read["reference"], read["word order"]) == ("16", "17", "300017", "big")
    assert (held["functions"], held["unit"], held["range / values"]) == ("03 16", "kN", "0 … 25")
    assert (held["option"], held["words"]) == ("press", "2")


def test_the_register_map_names_states_and_both_titles(profile):
    state = rows(profile, View.MODBUS)[1]
    assert state["range / values"] == "4 Idle, 6 Execute"
    assert (state["title (en)"], state["title (ja)"]) == ("State", "状態")
    assert state["OPC UA path"] == "pml:PackML/pml:State"


def test_the_node_list_has_variables_and_methods(profile):
    variables, methods = show_profile(profile, [View.OPCUA])
    assert variables.rows[0][:2] == ("pml:PackML/pml:State", "Int32")
    assert methods.rows[0][0] == "pml:PackML/pml:Start"


def test_alarms_stand_with_their_word_and_bit(profile):
    (alarm,) = rows(profile, View.ALARMS)
    assert (alarm["word"], alarm["bit"], alarm["text (ja)"]) == ("1", "1", "扉開")


def test_hand_over_timers_stand_with_their_seconds_and_what_starts_them():
    timers = {row["id"]: row for row in rows(load_profile("stacking"), View.HANDOVER)}
    assert list(timers) == ["t1", "t2", "t3", "t4", "t5", "heartbeat_s", "heartbeat_loss_s", "clear_s"]
    t2, t4 = timers["t2"], timers["t4"]
    assert (t2["starts"], t2["stops"], t2["seconds"]) == ("start = 1", "busy = 1", "2")
    assert (t2["watched by"], t2["alarm"]) == ("receiver", "21 handover_t2")
    assert (t4["starts"], t4["stops"]) == ("state = 11 (Closing)", "state = 3 (NotAvailableNotReady)")
    assert (timers["heartbeat_s"]["seconds"], timers["heartbeat_loss_s"]["seconds"]) == ("1", "3")


def test_a_parameter_that_names_a_timer_stands_with_its_seconds():
    timed = requirement(parameters={"timer": "t2", "slack_s": 2.0})
    assert "timer = t2 (5 s)" in explain(timed, timers={"t2": 5.0})
    assert "timer = t2\n" in explain(timed)
    listed = {row["id"]: row["parameters"] for row in rows(load_profile("stacking"), View.REQUIREMENTS)}
    assert "timer = t2 (2 s)" in listed["HO-TIMER-002"]


def test_requirements_stand_with_source_and_trust(profile):
    (row,) = rows(profile, View.REQUIREMENTS)
    assert (row["id"], row["source"], row["trust"]) == ("BAS-HAND-003", "IPC-HERMES-9852 3.4", "A")


def test_a_spreadsheet_runs_no_text_as_a_formula(profile):
    assert rows(profile, View.MODBUS)[2]["title (en)"] == "'=1+1"


def test_markdown_cells_stay_in_their_cells(profile):
    sheets = show_profile(profile)
    for line in as_markdown(sheets[:1]).splitlines()[2:]:
        assert line.replace("\\|", "").count("|") in (0, len(sheets[0].columns) + 1)


def test_tables_can_be_printed_on_a_terminal(profile):
    out = io.StringIO()
    console = make_console(out)
    console.width = 240
    console.print(as_rich(show_profile(profile, lang="ja")))
    assert "積層機 1.0.0: Modbusレジスタマップ (3)" in out.getvalue()


def test_in_japanese_only_ids_types_and_english_titles_are_english():
    profile = load_profile("stacking")
    for sheet, english in zip(show_profile(profile, lang="ja"), show_profile(profile), strict=True):
        assert all(JAPANESE.search(name) or name == "ID" for name in sheet.columns)
        assert JAPANESE.search(sheet.title.partition(": ")[2])
        both = {"title (en)", "text (en)", "parameters", "browse path", "OPC UA path", "source"}
        told = {
            cell
            for row in sheet.rows
            for name, cell in zip(english.columns, row, strict=True)
            if name not in both and re.search("[a-z]{3,} [a-z]{2,}", cell)
        }
        assert told == set()


def test_a_sheet_in_japanese_keeps_what_is_entered_into_a_controller(profile):
    english, ja = (show_profile(profile, [View.MODBUS], lang)[0] for lang in ("en", "ja"))
    assert [row[1:7] for row in ja.rows] == [row[1:7] for row in english.rows]
    assert ja.rows[0][0] == "コイル"
    assert len(ja.brief) == len(english.brief)
    assert set(ja.brief) <= set(ja.columns)
    (requirements,) = show_profile(profile, [View.REQUIREMENTS], "ja")
    assert requirements.rows[0][1:5] == ("受渡し", "必須", "ワーク喪失", "動作 (actuate)")


def test_where_columns_are_left_out_it_is_said_in_the_language(profile):
    out = io.StringIO()
    make_console(out).print(as_rich(show_profile(profile, [View.MODBUS], "ja"), 60, "ja"))
    assert "列は、より広い端末か" in out.getvalue()


def test_an_explanation_in_japanese_names_sources_and_scope_in_japanese():
    text = explain(
        requirement(source=[{"ref": "our own reading", "trust": "S"}], applies_to={"kinds": ["stacking"]}), "ja"
    )
    assert "当方の解釈 (信頼度 S" in text
    assert "設備種別: stacking" in text


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_an_explanation_holds_everything_about_a_requirement(lang):
    text = explain(requirement(), lang)
    for words in (
        "BAS-HAND-003",
        "Ready stays on.",
        "Readyを保持する。",
        "IPC-HERMES-9852, 3.4",
        "hold_s = 2",
        "handover.ready_holds",
        "ready_drops",
        "--only BAS-HAND-003 --impact actuate",
    ):
        assert words in text


def test_an_excluded_requirement_says_why_and_has_no_command():
    reason = {"en": "A document.", "ja": "文書である。"}
    text = explain(requirement(check=None, faults=[], excluded=reason), "ja")
    assert "文書である。" in text
    assert "setsubi check" not in text


def test_the_explanation_can_be_printed_on_a_terminal():
    out = io.StringIO()
    make_console(out).print(explain_rich(requirement(), "ja"))
    assert "ワーク喪失" in out.getvalue()


def test_every_word_of_the_reports_exists_in_both_languages_with_the_same_blanks():
    for english, japanese in _WORDS.values():
        assert english
        assert japanese
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", japanese))


@pytest.mark.parametrize(
    ("view", "column"), [(View.MODBUS, "signal"), (View.ALARMS, "id"), (View.OPCUA, "browse path")]
)
def test_a_narrow_terminal_breaks_names_between_their_parts_only(view, column):
    sheet = show_profile(load_profile("stacking"), [view])[0]
    out = io.StringIO()
    console = make_console(out)
    console.width = 80
    console.print(as_rich([sheet], 80))
    rows = [[cell.strip() for cell in re.split("[│┃]", line)] for line in out.getvalue().splitlines()]
    place = next(row.index(column) for row in rows if column in row)
    shown = [row[place] for row in rows[rows.index(next(r for r in rows if column in r)) + 1 :] if len(row) > place]
    names = [row[sheet.columns.index(column)] for row in sheet.rows]
    assert "".join(shown) == "".join(names)
    assert any(part not in names for part in shown if part)  # some had to be broken
    ends = {
        name[:end]
        for name in names
        for end in range(1, len(name) + 1)
        if name[end - 1 : end] in "._/" or name[end:] == ""
    }
    whole = ""
    for part in filter(None, shown):
        whole += part
        assert whole in ends
        whole = "" if whole in names else whole
    assert max(map(cell_len, out.getvalue().splitlines())) <= 80
