"""The report of an experiment: tables for the terminal, one self-contained HTML file."""

from __future__ import annotations

from base64 import b64encode

from jinja2 import Environment, PackageLoader, select_autoescape
from rich.console import Console
from rich.table import Table

from simulator.experiments.kpis import BLOCKING_RULE, Kpis
from simulator.experiments.pictures import throughput_over_time, time_shares
from simulator.experiments.run import Experiment

_TEXTS = {
    "en": {
        "title": "Line simulation", "replications": "replications", "warmup": "warm-up", "figures": "Key figures",
        "figure": "figure", "value": "value", "unit": "unit", "definition": "definition", "bottleneck": "Bottleneck",
        "shares": "Time by state (SEMI E10 reading)", "overtime": "Throughput over time", "units": "Units",
        "unit_": "unit", "starved": "starved", "blocked": "blocked", "down": "down", "good": "good", "scrap": "scrap",
        "level": "mean level", "rules": "Rules of the model", "clocks": "failure clocks in use (operation: only while"
        " working; time: whenever the unit is up)", "assumed": "Figures marked as assumed",
        "definitions": "OEE = availability A × effectiveness E × quality ratio Q (ISO 22400-2 reading); the bottleneck is"
        " the unit whose capacity is in use or lost by failures the most (A × E + down).",
    },
    "ja": {
        "title": "ラインシミュレーション", "replications": "回反復", "warmup": "ウォームアップ", "figures": "主要指標",
        "figure": "指標", "value": "値", "unit": "単位", "definition": "定義", "bottleneck": "ボトルネック",
        "shares": "状態別時間（SEMI E10の解釈）", "overtime": "生産能力の推移", "units": "設備別",
        "unit_": "設備", "starved": "ワーク待ち", "blocked": "満杯待ち", "down": "故障停止", "good": "良品", "scrap": "不良",
        "level": "平均在荷", "rules": "モデルの規則", "clocks": "使用した故障時計（operation：稼働中のみ、time：稼働可能時間）",
        "assumed": "仮定値とした数値",
        "definitions": "OEE＝可用率A×性能E×良品率Q（ISO 22400-2の解釈）。ボトルネックは能力の使用率と故障停止率の合計（A×E＋故障）が最大の設備。",
    },
}  # fmt: skip


def render_report(experiment: Experiment, figures: Kpis, *, lang: str = "en", version: str = "") -> str:
    """One HTML page with everything inside."""
    environment = Environment(loader=PackageLoader("simulator.experiments"), autoescape=select_autoescape(default=True))
    template = environment.get_template("simulation.html.j2")
    return template.render(
        e=experiment, k=figures, t=_TEXTS["ja" if lang.startswith("ja") else "en"], lang=lang, version=version,
        shares=b64encode(time_shares(figures)).decode(), overtime=b64encode(throughput_over_time(experiment)).decode(),
        rule=BLOCKING_RULE,
    )  # fmt: skip


def print_tables(figures: Kpis, console: Console) -> None:
    """The same figures for the terminal."""
    table = Table("figure", "value (95 %)", "unit", "definition", title="Key figures")
    for figure in figures.line:
        table.add_row(figure.name, figure.text(), figure.unit, figure.definition)
    console.print(table)
    units = Table(title="Units: shares of time in %")
    for name in ("unit", "OEE", "working", "starved", "blocked", "down", "good", "scrap"):
        units.add_column(name, justify="left" if name == "unit" else "right")
    for u in figures.units:
        shares = (u.oee, u.accounts["productive"], u.starved, u.blocked, u.down)
        units.add_row(u.name, *(f"{100 * s:.1f}" for s in shares), f"{u.good:.0f}", f"{u.scrap:.1f}")
    console.print(units)
    console.print(f"bottleneck: {figures.bottleneck}    failure clocks: {', '.join(figures.failure_clocks) or 'none'}")
    console.print(BLOCKING_RULE, style="dim")
    if figures.assumed:
        console.print(f"{len(figures.assumed)} figures of the line file are marked as assumed; the report lists them")
