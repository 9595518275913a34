"""The page that links all reports of a demo: what was done, what came of it, and where to read on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from conformance.exitcodes import ExitCode
from conformance.reports import Report, said, texts_in

TEXTS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "setsubi demo",
        "lead": "A simulated cell line on real OPC UA and Modbus TCP sockets, checked requirement by requirement, and its throughput simulated. Every row links a full report.",
        "line": "The running line, each unit checked at impact “observe”",
        "line_note": "Nothing is written: this is what you may do to a line in production.",
        "mock": "One unit alone, checked at impact “actuate”",
        "mock_note": "The tester commands the unit and plays both of its neighbours.",
        "faulty": "A faulty machine, caught",
        "faulty_note": "The same stacking machine with one deliberate fault:",
        "shift": "A shift of eight hours, simulated",
        "shift_note": "The same units, without sockets, as fast as the computer can.",
        "unit": "unit", "verdict": "verdict", "columns": ("passed", "failed", "undecided", "not exercised", "not applicable"), "bottleneck": "bottleneck",
        "took": "time", "reports": "reports",
        "conformant": "conformant in what was exercised", "nonconformant": "not conformant", "undecided": "incomplete",
        "unexpected": "not what was expected (exit code {code}, expected {expected})",
        "steps": (
            "1. the running line: seven units on real sockets, each checked at impact 'observe'",
            "2. a mock of each profile and a faulty one, checked at impact 'actuate'",
            "3. a shift of eight hours, simulated",
        ),
        "busy": "undecided: {units}; this computer was too busy to measure it: close other programs and run the demo again",
        "wrong": "not as expected: {units}; please report it",
        "repeat": "To repeat a finding, serve the unit in one terminal and give the command of the finding in another:",
        "exit_code": "exit code", "found": "found", "done": "done in {seconds:.0f} s; open {page}",
        "page": "report", "junit": "JUnit", "events": "events",
        "files": "Each folder also holds junit.xml for CI, events.ndjson (every exchange) and summary.md.",
    },
    "ja": {
        "title": "setsubi デモ",
        "lead": "模擬した電池セルラインを実際のOPC UA・Modbus TCPソケットで動かし、要求事項ごとに検査し、生産量をシミュレーションしました。各行から報告書を開けます。",
        "line": "稼働中のライン：各設備を影響度「observe」で検査",
        "line_note": "書込みは一切行いません。量産中のラインに対して許される範囲です。",
        "mock": "単体設備：影響度「actuate」で検査",
        "mock_note": "試験器が設備に指令し、上流・下流の両隣の設備を演じます。",
        "faulty": "不具合のある設備の検出",
        "faulty_note": "同じ積層機に、意図的な不具合を一つ入れたもの：",
        "shift": "8時間シフトのシミュレーション",
        "shift_note": "同じ設備モデルを、ソケットなしで計算機の速度で実行します。",
        "unit": "設備", "verdict": "判定", "columns": ("合格", "不合格", "判定不能", "未実施", "対象外"), "bottleneck": "ボトルネック",
        "took": "時間", "reports": "報告書",
        "conformant": "実施範囲で適合", "nonconformant": "不適合", "undecided": "未完了",
        "unexpected": "想定外の結果（終了コード {code}、想定 {expected}）",
        "steps": (
            "1. 稼働中のライン：実ソケット上の7設備を、影響度「observe」で検査",
            "2. 各プロファイルの模擬設備と不具合のある設備を、影響度「actuate」で検査",
            "3. 8時間シフトのシミュレーション",
        ),
        "busy": "判定不能：{units}。計算機の負荷が高く測定できませんでした。他のプログラムを閉じて再実行してください",
        "wrong": "想定外の結果：{units}。ご報告ください",
        "repeat": "検出内容を再現するには、一つの端末で設備を起動し、別の端末で報告書の再現コマンドを実行します：",
        "exit_code": "終了コード", "found": "検出内容", "done": "所要時間 {seconds:.0f} s。{page} を開いてください",
        "page": "報告書", "junit": "JUnit", "events": "イベント",
        "files": "各フォルダには、CI用のjunit.xml、全通信を記録したevents.ndjson、summary.mdもあります。",
    },
}  # fmt: skip
"""Texts of the page and of what is printed before it, by language."""


@dataclass(frozen=True)
class Entry:
    """One checked unit: which group of the page, what was expected, and what came of it. ``caught``: texts of failures;
    ``undecided``: ids of MUST requirements."""

    group: str
    title: str
    folder: str
    exit_code: int
    expected: int
    counts: dict[str, int]
    seconds: float
    caught: tuple[tuple[str, str, str], ...] = ()
    undecided: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether it came out as it should: conformant, or, for the faulty one, not."""
        return self.exit_code == self.expected

    @property
    def columns(self) -> tuple[int, ...]:
        """Requirements passed, failed, undecided, not exercised and not applicable."""
        names = (("pass",), ("fail",), ("inconclusive", "error"), ("not-exercised",), ("not-applicable",))
        return tuple(sum(self.counts.get(name, 0) for name in column) for column in names)

    @property
    def tone(self) -> str:
        codes = {ExitCode.CONFORMANT: "conformant", ExitCode.NONCONFORMITY: "nonconformant"}
        return codes.get(ExitCode(self.exit_code), "undecided")


@dataclass(frozen=True)
class Figure:
    """One figure of the simulated shift."""

    name: str
    value: str
    unit: str


def entry_of(
    report: Report, *, group: str, title: str, folder: str, expected: ExitCode, seconds: float, lang: str
) -> Entry:
    """What the page says of a finished run."""
    caught = tuple(
        (r.requirement.id, getattr(r.requirement.text, lang, ""), str(said(texts_in(lang), r.finding.reason)))
        for r in report.results
        if r.verdict == "fail"
    )
    undecided = tuple(
        r.requirement.id for r in report.results if r.verdict == "inconclusive" and r.requirement.level == "MUST"
    )
    counts = {str(verdict): n for verdict, n in report.counts.items()}
    return Entry(group, title, folder, report.exit_code, int(expected), counts, seconds, caught, undecided)


def render_overview(
    entries: list[Entry],
    figures: list[Figure],
    *,
    fault: str,
    serving: Mapping[str, str],
    bottleneck: str,
    version: str,
    lang: str,
) -> str:
    """The page as text; links are relative to its folder. ``serving``: by group, the command that serves its units again."""
    template = files("setsubi").joinpath("templates/overview.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        t=TEXTS[lang], statement=texts_in(lang)("disclaimer"), lang=lang, entries=entries, figures=figures, fault=fault, serving=serving, bottleneck=bottleneck,
        version=version,
    )  # fmt: skip
