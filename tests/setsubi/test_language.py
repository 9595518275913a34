"""``--lang ja``: what the commands print is Japanese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import setsubi

from conformance.exitcodes import ExitCode
from profiles import load_profile
from setsubi.overview import TEXTS

TARGET = (
    "kind: mock\nprofile: stacking\nopcua: {url: opc.tcp://127.0.0.1:4840}\nmodbus: {host: 127.0.0.1, port: 4841}\n"
)
ENGLISH = re.compile("[A-Za-z][a-z]+ [a-z]{2,}")


@pytest.fixture
def target(tmp_path: Path) -> str:
    file = tmp_path / "target.yaml"
    file.write_text(TARGET, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("plan", ["--list", "--dry-run"])
def test_what_would_be_checked_and_written(target: str, plan: str) -> None:
    said = setsubi("check", target, plan, "--impact", "operator", "--lang", "ja", env={"COLUMNS": "300"})
    assert said.code == ExitCode.CONFORMANT
    assert "検査する要件" in said.out
    assert "通信妨害" in said.out  # the impact, as the report has it
    assert [line for line in said.out.splitlines() if ENGLISH.search(line)] == []


def test_a_target_that_nobody_answers_at() -> None:
    said = setsubi("check", "modbus://127.0.0.1:1", "--profile", "stacking", "--lang", "ja", env={"COLUMNS": "300"})
    assert said.code == ExitCode.UNREACHABLE
    assert "Modbus TCPサーバが応答しない；アドレス、ケーブル、稼働状態を確認すること" in said.out
    assert [line for line in said.out.splitlines() if ENGLISH.search(line)] == []


@pytest.mark.parametrize("format_", ["table", "csv", "markdown"])
def test_what_a_vendor_has_to_build(format_: str) -> None:
    said = setsubi("profile", "show", "stacking", "--modbus", "--lang", "ja", "--format", format_)
    assert "保持レジスタ" in said.out
    assert "ワード順" in said.out
    assert "word order" not in said.out


def test_the_timers_to_build() -> None:
    said = setsubi("profile", "show", "stacking", "--handover", "--lang", "ja", "--format", "csv")
    assert "ID,名称（英）,名称（日）,開始,停止,秒,監視側,アラーム" in said.out
    assert "start = 1,busy = 1,2,受側,21 handover_t2" in said.out


@pytest.mark.parametrize("area", ["STA-MODE", "sta", "states"])
def test_an_area_explained_is_the_list_of_what_it_asks(area: str) -> None:
    english, japanese = (setsubi("explain", area, *lang, env={"COLUMNS": "200"}) for lang in ((), ("--lang", "ja")))
    ledger = [r for r in load_profile("stacking").ledger if r.id.startswith("STA-MODE")]
    assert len(ledger) > 2
    for r in ledger:
        assert r.id in english.out and r.id in japanese.out
        assert r.text.en[:40] in english.out
        assert r.text.ja[:20] in japanese.out
    assert "HO-TIMER-002" not in english.out


def test_a_requirement_explained() -> None:
    said = setsubi("explain", "ALM-ACK-003", "--lang", "ja")
    assert "OPC 10000-4（ステータスコード）" in said.out
    assert "status codes" not in said.out
    assert "--only ALM-ACK-003 --impact write --lang ja" in " ".join(said.out.split())


def test_the_demo_has_all_its_words_in_both_languages() -> None:
    assert TEXTS["en"].keys() == TEXTS["ja"].keys()
    assert not [text for text in TEXTS["ja"]["steps"] if ENGLISH.search(text)]
