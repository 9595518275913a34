"""The figures of an experiment for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.experiments.accounts import ACCOUNTS
from simulator.experiments.bottleneck import Shifting
from simulator.experiments.kpis import Kpis, UnitFigures
from simulator.experiments.texts import ACCOUNT_NAMES, FIGURES, language, texts, warning

STYLES = {
    "productive": "green",
    "starved": "yellow",
    "blocked": "dark_orange",
    "standby": "bright_black",
    "engineering": "blue",
    "non_scheduled": "bright_black",
    "scheduled_down": "magenta",
    "waiting_operator": "bright_red",
    "unscheduled_down": "red",
}
SIGNS = dict(zip(ACCOUNTS, "█▒▓·e-gwx", strict=True))  # readable without colours, too
BAR = 40


def print_tables(figures: Kpis, console: Console, lang: str = "en") -> None:
    """Key figures, units, time by state, buffers, and the rules under which they hold."""
    words, names = texts(lang), FIGURES[language(lang)]
    table = Table(words["figure"], words["with_interval"], words["unit"], words["definition"], title=words["figures"])
    for figure in figures.line:
        name, definition = names[figure.name]
        table.add_row(name, figure.text(), figure.unit, definition)
    console.print(table)
    if not figures.flow.steady:
        flow = figures.flow
        console.print(warning(flow.entered, flow.left, flow.lead_h, lang), style="yellow")
    console.print(_units(figures, lang))
    console.print(_bars(figures, lang))
    if figures.buffers:
        console.print(_buffers(figures, lang))
    share = ", ".join(
        f"{name} {words['votes'].format(n=n, of=sum(v for _, v in figures.votes))}" for name, n in figures.votes
    )
    console.print(f"{words['bottleneck']}: [bold]{figures.bottleneck}[/bold] ({share})")
    clocks = sorted({words[f"clock_{f.clock}"] for f in figures.failures})
    console.print(f"{words['clocks']}: {', '.join(clocks) or words['none']}. {words['clocks_caption']}", style="dim")
    console.print(words["blocking"], style="dim")
    if any(u.planned < 1 for u in figures.units):
        console.print(words["stops_rule"], style="dim")
    if figures.assumed:
        console.print(f"{words['assumed']}: {len(figures.assumed)}. {words['assumed_caption']}", style="dim")


def print_bottleneck(found: Shifting, console: Console, lang: str = "en") -> None:
    """The bottlenecks by active periods, in one line; units that hardly ever are it are left out."""
    words = texts(lang)
    units = sorted(found.sole, key=lambda u: -found.sole[u] - found.shifting[u])
    said = [
        f"{u}: {words['sole']} {100 * found.sole[u]:.0f}, {words['shifting']} {100 * found.shifting[u]:.0f}"
        for u in units
        if found.sole[u] + found.shifting[u] > 0.01
    ]
    console.print(f"{words['active_line']}: {'; '.join(said) or words['none']}", highlight=False)


def _units(figures: Kpis, lang: str) -> Table:
    words = texts(lang)
    table = Table(title=words["units"])
    heads = (
        "OEE %",
        "A %",
        "E %",
        "Q %",
        words["used"],
        words["failures_n"],
        words["good"],
        words["bad"],
        words["energy_unit"],
    )
    table.add_column(words["item"])
    for name in heads:
        table.add_column(name, justify="right")
    for u in figures.units:
        spread = "" if u.oee_half_width is None else f" ± {100 * u.oee_half_width:.1f}"
        shares = (f"{100 * v:.1f}" for v in (u.availability, u.effectiveness, u.quality, u.utilisation))
        counts = (f"{u.failures:.1f}", f"{u.good:.0f}", f"{u.scrap:.1f}", f"{u.energy_kwh:.0f}")
        table.add_row(u.name, f"{100 * u.oee:.1f}{spread}", *shares, *counts)
    return table


def _bars(figures: Kpis, lang: str) -> Table:
    """Time by state: a bar and the shares behind it."""
    words, names = texts(lang), ACCOUNT_NAMES[language(lang)]
    seen = [a for a in ACCOUNTS if any(u.shares[a] > 0.0005 for u in figures.units)]
    table = Table(title=words["shares"] + " (SEMI E10)")
    table.add_column(words["item"])
    table.add_column("")
    for a in seen:
        table.add_column(Text(f"{SIGNS[a]} {names[a]} %", style=STYLES[a]), justify="right")
    for u in figures.units:
        table.add_row(u.name, _bar(u), *(f"{100 * u.shares[a]:.1f}" for a in seen))
    return table


def _bar(unit: UnitFigures) -> Text:
    """Rounded at the edges between accounts, so that the bar is always full."""
    bar, done, sofar = Text(), 0, 0.0
    for a in ACCOUNTS:
        sofar += unit.shares[a]
        until = round(BAR * min(sofar, 1.0))
        bar.append(SIGNS[a] * (until - done), style=STYLES[a])
        done = until
    return bar


def _buffers(figures: Kpis, lang: str) -> Table:
    words = texts(lang)
    table = Table(title=words["levels"])
    table.add_column(words["name"])
    table.add_column(words["kind"])
    for key in ("capacity", "mean_level", "empty", "full"):
        table.add_column(words[key], justify="right")
    for b in figures.buffers:
        row = (f"{b.capacity}", f"{b.mean:.2f}", f"{100 * b.empty:.1f}", f"{100 * b.full:.1f}")
        table.add_row(b.name, words[b.kind], *row)
    return table
