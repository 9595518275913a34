"""The figures of an experiment for the terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.experiments.accounts import ACCOUNTS, SEEN
from simulator.experiments.arrows import Arrows
from simulator.experiments.bottleneck import Shifting
from simulator.experiments.columns import GAP, Column, fitted, total
from simulator.experiments.kpis import Kpis, UnitFigures
from simulator.experiments.texts import ACCOUNT_NAMES, FIGURES, in_places, language, texts, warnings

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
BAR, LEAST_BAR = 40, 10
DEFINED = 120  # columns of the window from which on definitions have room beside the figures


def print_tables(figures: Kpis, console: Console, lang: str = "en") -> None:
    """Key figures, units, time by state, yields, buffers, and the rules under which they hold. A narrow window gets fewer columns."""
    words, width = texts(lang), console.width
    console.print(_figures(figures, lang, width))
    if width < DEFINED:
        console.print(words["definitions_at"], style="dim")
    for warning in warnings(figures.flow, lang):
        console.print(warning, style="yellow")
    console.print(_units(figures, lang, width))
    console.print(_bars(figures, lang, width))
    console.print(_steps(figures, lang, width))
    if figures.recipes:
        console.print(_recipes(figures, lang, width))
    for said in in_places(figures, figures.flow.hours, lang):
        console.print(said, highlight=False)
    if figures.buffers:
        console.print(_buffers(figures, lang, width))
    share = ", ".join(
        f"{name} {words['votes'].format(n=n, of=sum(v for _, v in figures.votes))}" for name, n in figures.votes
    )
    console.print(words["told"].format(name=words["bottleneck"], said=f"[bold]{figures.bottleneck}[/bold] ({share})"))
    print_rules(figures, [figures], console, lang)


def print_rules(figures: Kpis, lines: Iterable[Kpis], console: Console, lang: str = "en") -> None:
    """The failure clocks and the rules under which the figures of some lines hold, and how many figures of the first one are
    assumed."""
    words, every = texts(lang), tuple(lines)
    clocks = ", ".join(sorted({words[f"clock_{f.clock}"] for line in every for f in line.failures})) or words["none"]
    told = words["told_more"]
    console.print(told.format(name=words["clocks"], said=clocks, more=words["clocks_caption"]), style="dim")
    console.print(words["blocking"], style="dim")
    if any(u.planned < 1 for line in every for u in line.units):
        console.print(words["stops_rule"], style="dim")
    if figures.assumed:
        said = told.format(name=words["assumed"], said=len(figures.assumed), more=words["assumed_caption"])
        console.print(said, style="dim")


def plain_table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], title: str, width: int, *,
    left: Collection[int] = (), drop: Mapping[int, int] | None = None,
) -> Table:  # fmt: skip
    """A table of texts in a window of ``width``. Columns in ``left`` are words that may be folded; the others are names and
    numbers. ``drop``: columns that are left out where there is no room, the highest first.
    """
    columns = [
        Column(
            head, [row[i] for row in rows], "left" if i in left or not i else "right", drop=(drop or {}).get(i, 0),
            wraps=i in left, narrowest=12,
        )
        for i, head in enumerate(heads)
    ]  # fmt: skip
    return fitted(title, columns, width)


def print_bottleneck(found: Shifting, console: Console, lang: str = "en") -> None:
    """The bottlenecks by active periods, in one line; units that hardly ever are it are left out."""
    words = texts(lang)
    units = sorted(found.sole, key=lambda u: -found.sole[u] - found.shifting[u])
    said = [
        words["active_of"].format(unit=u, sole=100 * found.sole[u], shifting=100 * found.shifting[u])
        for u in units
        if found.sole[u] + found.shifting[u] > 0.01
    ]
    console.print(
        words["told"].format(name=words["active_line"], said="; ".join(said) or words["none"]), highlight=False
    )


def print_arrows(found: Arrows, console: Console, lang: str = "en") -> None:
    """A row for each joint, and where the arrows end."""
    words, joints = texts(lang), found.joints
    columns = [
        Column(words["joint"], [f"{j.upstream} {j.arrow} {j.downstream}" for j in joints], "left"),
        Column(words["blocked_before"], [f"{100 * j.blocked:.1f}" for j in joints]),
        Column(words["starved_after"], [f"{100 * j.starved:.1f}" for j in joints]),
        Column(words["excess"], [f"{100 * j.excess:+.1f} ± {100 * j.half_width:.1f}" for j in joints], drop=1),
    ]
    console.print(fitted(words["arrows"], columns, console.width))
    said = words["told"].format(name=words["arrows_line"], said=found.said or words["arrows_untold"])
    console.print(said, highlight=False)


def _figures(figures: Kpis, lang: str, width: int) -> Table:
    words, names = texts(lang), FIGURES[language(lang)]
    columns = [
        Column(words["figure"], [names[f.name][0] for f in figures.line], "left"),
        Column(words["with_interval"], [f.text() for f in figures.line]),
        Column(words["unit"], [f.unit for f in figures.line], "left"),
    ]
    if width >= DEFINED:
        columns.append(Column(words["definition"], [names[f.name][1] for f in figures.line], "left", wraps=True))
    return fitted(words["figures"], columns, width)


def _units(figures: Kpis, lang: str, width: int) -> Table:
    words, units = texts(lang), figures.units

    def oee(u: UnitFigures) -> str:
        return f"{100 * u.oee:.1f}" + ("" if u.oee_half_width is None else f" ± {100 * u.oee_half_width:.1f}")

    columns = [
        Column(words["item"], [u.name for u in units], "left"),
        Column("OEE %", [oee(u) for u in units]),
        Column("A %", [f"{100 * u.availability:.1f}" for u in units]),
        Column("E %", [f"{100 * u.effectiveness:.1f}" for u in units]),
        Column("Q %", [f"{100 * u.quality:.1f}" for u in units], drop=1),
        Column(words["used"], [f"{100 * u.utilisation:.1f}" for u in units]),
        Column(words["failures_n"], [f"{u.failures:.1f}" for u in units], drop=3),
        Column(words["good"], [f"{u.good:.0f}" for u in units], drop=2),
        Column(words["bad"], [f"{u.scrap:.1f}" for u in units], drop=4),
    ]
    if figures.figure("energy") is not None:
        columns.append(Column(words["energy_unit"], [f"{u.energy_kwh:.0f}" for u in units], drop=5))
    return fitted(words["units"], columns, width)


def _bars(figures: Kpis, lang: str, width: int) -> Table:
    """Time by state: a bar, as long as the shares behind it leave room for."""
    words, names = texts(lang), ACCOUNT_NAMES[language(lang)]
    seen = [a for a in ACCOUNTS if any(u.shares[a] > SEEN for u in figures.units)]
    name = Column(words["item"], [u.name for u in figures.units], "left")
    shares = [
        Column(
            f"{SIGNS[a]} {names[a]} %", [f"{100 * u.shares[a]:.1f}" for u in figures.units], style=STYLES[a],
            drop=len(ACCOUNTS) - i if a != "productive" else 0,
        )
        for i, a in enumerate(seen)
    ]  # fmt: skip
    bar = min(BAR, max(LEAST_BAR, width - total([name, *shares]) - GAP))
    bars = Column("", [_bar(u, bar) for u in figures.units], "left")
    table = fitted(words["shares"] + " (SEMI E10)", [name, bars, *shares], width)
    if len(table.columns) < 2 + len(shares):
        table.caption = words["signs"].format(signs=", ".join(f"{SIGNS[a]} {names[a]}" for a in seen))
        table.caption_justify = "left"
    return table


def _bar(unit: UnitFigures, width: int) -> Text:
    """Rounded at the edges between accounts, so that the bar is always full."""
    bar, done, sofar = Text(), 0, 0.0
    for a in ACCOUNTS:
        sofar += unit.shares[a]
        until = round(width * min(sofar, 1.0))
        bar.append(SIGNS[a] * (until - done), style=STYLES[a])
        done = until
    return bar


def _steps(figures: Kpis, lang: str, width: int) -> Table:
    """Yield by machine, and the mass of what was scrapped."""
    words, steps, black = texts(lang), figures.steps, figures.black_mass
    columns = [
        Column(words["item"], [s.name for s in steps], "left"),
        Column(words["yield"], [f"{100 * s.yield_:.2f}" for s in steps]),
        Column(words["good"], [f"{s.good:.0f}" for s in steps], drop=1),
        Column(words["rejected"], [f"{s.rejected:.1f}" for s in steps]),
        Column(words["removed"], [f"{s.removed:.1f}" for s in steps]),
    ]
    if figures.materials:
        columns.append(Column(words["lost"], [f"{s.lost_of(figures.materials):.2f}" for s in steps]))
    if black:
        columns.append(Column(words["black"], [f"{s.lost_of(black):.2f}" for s in steps]))
    return fitted(words["steps"], columns, width)


def _recipes(figures: Kpis, lang: str, width: int) -> Table:
    words, recipes = texts(lang), figures.recipes
    columns = [
        Column("", [words["recipe"].format(recipe=r.number) for r in recipes], "left"),
        Column(words["good_rate"], [r.rate.text() for r in recipes]),
        Column(words["recipe_share"], [f"{100 * r.share:.1f}" for r in recipes]),
    ]
    return fitted(words["by_recipe"], columns, width)


def _buffers(figures: Kpis, lang: str, width: int) -> Table:
    words, buffers = texts(lang), figures.buffers
    columns = [
        Column(words["name"], [b.name for b in buffers], "left"),
        Column(words["kind"], [words[b.kind] for b in buffers], "left", drop=1),
        Column(words["capacity"], [f"{b.capacity}" for b in buffers]),
        Column(words["mean_level"], [f"{b.mean:.2f}" for b in buffers]),
        Column(words["empty"], [f"{100 * b.empty:.1f}" for b in buffers]),
        Column(words["full"], [f"{100 * b.full:.1f}" for b in buffers]),
    ]
    return fitted(words["levels"], columns, width)
