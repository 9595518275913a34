"""``setsubi report`` on event streams that broke off or were meddled with: what can be told is told, the rest is one line with
its place, and nothing of what a stream says can act in the report."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from command import refused, setsubi

from conformance.exitcodes import ExitCode

STREAM = (Path(__file__).parents[1] / "data" / "streams" / "faulty.ndjson").read_text(encoding="utf-8")
LINES = STREAM.splitlines()
REPORTS = ["badge.svg", "junit.xml", "report.html", "summary.md"]

REFUSED: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty": (b"", ("holds no events", "setsubi check")),
    "binary": (b"\x00\xff\xfe\x00", ("is not UTF-8 text",)),
    "a page": (b"<!doctype html>\n<html></html>\n", (":1: is not a line of JSON",)),
    "another JSON": (b"[1, 2]\n", (":1: is no event of a check",)),
    "nested beyond all bounds": (b"[" * 100_000 + b"\n{}\n", (":1: is not a line of JSON",)),
    "a number beyond all bounds": (b'{"event": "header", "schema": ' + b"9" * 5000 + b"}\n{}\n", (":1: is not a line",)),
    "of another version": (b'{"event": "header", "schema": 99}\n', (":1: has schema 99", "that wrote it")),
    "without a header": ("\n".join(LINES[1:]).encode(), (":1: comes before the header",)),
    "two in one": ((STREAM + STREAM).encode(), (f":{len(LINES) + 1}: holds a second header", "one run per file")),
    "damaged in the middle": ("\n".join([*LINES[:3], LINES[3][:20], *LINES[4:]]).encode(), (":4: is not a line of JSON",)),
}  # fmt: skip


@pytest.mark.parametrize(("content", "parts"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_stream_is_one_line_and_no_report(content: bytes, parts: tuple[str, ...], tmp_path: Path) -> None:
    path, out = tmp_path / "s.ndjson", tmp_path / "out"
    path.write_bytes(content)
    refused(setsubi("report", path, "--out", out), ExitCode.USAGE, "s.ndjson", *parts)
    assert not out.exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_stream_that_breaks_off_is_reported_as_far_as_it_goes(share: float, tmp_path: Path) -> None:
    path, out = tmp_path / "s.ndjson", tmp_path / "out"
    path.write_text(STREAM[: int(share * len(STREAM))], encoding="utf-8")
    said = setsubi("report", path, "--out", out)
    if len(LINES[0]) >= share * len(STREAM):  # not even the header is whole
        refused(said, ExitCode.USAGE, "s.ndjson")
        return
    assert said.code == 0, said.text
    assert sorted(p.name for p in out.iterdir()) == REPORTS
    assert "interrupted" in (out / "report.html").read_text(encoding="utf-8").lower()


def test_the_reports_stand_beside_the_stream_unless_a_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    (there / "events.ndjson").write_text(STREAM, encoding="utf-8")
    monkeypatch.chdir(here)
    said = setsubi("report", there / "events.ndjson", "--lang", "ja")
    assert str(there / "report.html") in said.out
    assert sorted(p.name for p in there.iterdir()) == sorted([*REPORTS, "events.ndjson"])
    assert list(here.iterdir()) == []


JUNK: list[Any] = [
    None, True, -1, 1e308, "", "\x1b[31m", "<script>alert(1)</script>", "\ud800", [], {}, [[[]]], {"a": {"b": 1}}, 10**40,
    "\u202egnp.exe", "]]>", "x" * 5000,
]  # fmt: skip


def meddled(value: Any, dice: random.Random) -> Any:
    """The value with one thing in it replaced or removed."""
    if isinstance(value, dict) and value:
        key = dice.choice(sorted(value))
        lot = dice.random()
        if lot < 0.4:
            return value | {key: dice.choice(JUNK)}
        if lot < 0.6:
            return {k: v for k, v in value.items() if k != key}
        return value | {key: meddled(value[key], dice)}
    if isinstance(value, list) and value:
        at = dice.randrange(len(value))
        return [*value[:at], meddled(value[at], dice), *value[at + 1 :]]
    return dice.choice(JUNK)


@pytest.mark.parametrize("seed", range(40))
def test_a_meddled_stream_is_reported_or_refused_and_never_breaks_us(seed: int, tmp_path: Path) -> None:
    dice, lines = random.Random(seed), list(LINES)
    for _ in range(1 + seed % 3):
        at = dice.randrange(len(lines))
        lines[at] = json.dumps(meddled(json.loads(lines[at]), dice))
    path, out = tmp_path / "s.ndjson", tmp_path / "out"
    path.write_text("\n".join(lines), encoding="utf-8")
    said = setsubi("report", path, "--out", out)
    if said.code != 0:
        refused(said, ExitCode.USAGE, "s.ndjson:")
        assert not out.exists()
        return
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert sorted(p.name for p in out.iterdir()) == REPORTS
