"""Files written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer

from setsubi.options import Lang
from simulator.experiments.whole import whole

_RESULTS = {Lang.EN: "results", Lang.JA: "結果"}


def write_whole(path: Path, content: str | bytes, encoding: str = "utf-8") -> None:
    """Write a file as ``whole`` does."""
    with whole(path) as beside:
        beside.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))


def write_pictures(folder: Path, drawn: Mapping[str, str]) -> None:
    """An SVG file for each picture, by name."""
    for name, svg in drawn.items():
        write_whole(folder / f"{name}.svg", svg)


def write_results(out: Path, page: str, tables: Mapping[str, str], drawn: Mapping[str, str]) -> None:
    """Write the tables, the pictures and the report into a folder. Before anything is printed: who reads only the first lines of
    that (``| head``) ends the program.
    """
    for name, content in tables.items():
        write_whole(out / name, content, encoding="utf-8-sig")  # so that Excel reads Japanese
    write_pictures(out / "pictures", drawn)
    write_whole(_report(out), page)


def say_where(out: Path, lang: Lang) -> None:
    """Say where the results are."""
    typer.echo(f"{_RESULTS[lang]}: {_report(out)}")


def _report(out: Path) -> Path:
    return out / "report.html"
