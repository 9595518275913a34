"""A plan as rows of text, for the terminal, the report and CSV."""

from __future__ import annotations

from rich.console import Console

from simulator.experiments.study.tables import csv_text
from simulator.experiments.tables import plain_table
from simulator.planning.load import bundled_cells
from simulator.planning.ramp import Ramp
from simulator.planning.sizing import CapacityPlan, StepPlan, size
from simulator.planning.spec import PlanSpec
from simulator.planning.texts import words

Rows = list[list[str]]
_ON_TERMINAL = (0, 1, 3, 4, 5, 6, 7, 9)  # columns of the steps that fit
_LESS = {7: 2, 3: 1}  # columns of the months that are left out first: cells scrapped, yield
_EVERY = 3  # months between rows on the terminal


def key_rows(plan: CapacityPlan, lang: str) -> Rows:
    """The figures of the whole plan: name, value, unit, meaning."""
    text = words(lang)
    limit = text["limit_rule"].format(step=plan.tightest.spec.name)
    return [
        [text["cells_year"], f"{plan.cells_per_year / 1e6:.2f}", f"{text['million']}", text["cells_year_rule"]],
        [text["net_ppm"], f"{plan.net_ppm:.1f}", text["ppm"], text["net_ppm_rule"]],
        [text["gross_ppm"], f"{plan.gross_ppm:.1f}", text["ppm"], text["gross_ppm_rule"]],
        [text["lines"], f"{plan.lines}", "", text["lines_rule"]],
        [text["takt"], f"{plan.takt_s:.3g}", "s", f"{text['takt_rule']}; {text['pace']}: {plan.pace.spec.name}"],
        [text["yield"], f"{100 * plan.quality:.1f}", "%", text["yield_rule"]],
        [text["oee"], f"{100 * plan.oee:.1f}", "%", text["oee_rule"]],
        [text["good_h"], f"{plan.good_per_h:.1f}", text["per_h"], text["good_h_rule"]],
        [text["limit"], f"{plan.limit_per_h:.1f}", text["per_h"], limit],
    ]


def step_heads(lang: str) -> list[str]:
    """Heads of ``step_rows``."""
    text = words(lang)
    keys = ("step", "cells_h", "up", "step_yield", "step_takt", "cells_in", "machines", "places", "trays", "load")
    return [
        *(text[key] for key in keys),
        f"{text['machines']}, {text['all_lines']}",
        f"{text['places']}, {text['all_lines']}",
    ]


def step_rows(plan: CapacityPlan) -> Rows:
    """A row per step, of one line; the last two columns are of all lines. Figures that a step has not are empty."""
    return [_step_row(plan, step) for step in plan.steps]


def _step_row(plan: CapacityPlan, step: StepPlan) -> list[str]:
    store = step.spec.kind == "store"
    single = step.spec.places == 1 and not store
    return [
        step.spec.name, f"{step.cells_per_h:.1f}", "" if store else f"{100 * step.spec.up:.1f}", f"{100 * step.spec.quality:.1f}",
        "" if store else f"{step.takt_s:.3g}", f"{step.cells:.1f}" if step.cells < 100 else f"{step.cells:.0f}",
        "" if store else f"{step.machines}", "" if single else f"{step.places}",
        f"{step.trays}" if step.spec.tray > 1 else "", f"{100 * step.load:.1f}",
        "" if store else f"{step.machines * plan.lines}", "" if single else f"{step.places * plan.lines}",
    ]  # fmt: skip


def month_heads(ramp: Ramp, lang: str) -> list[str]:
    """Heads of ``month_rows``."""
    text = words(lang)
    keys = ("month", "running", "month_oee", "month_yield", "good", "month_gwh", "total_gwh", "scrap")
    return [*(text[key] for key in keys), *([text["scrap_t"]] if ramp.months[0].scrap_t is not None else [])]


def month_rows(ramp: Ramp) -> Rows:
    """A row per month."""
    return [
        [
            f"{m.number}", f"{m.lines}", f"{100 * m.oee:.1f}", f"{100 * m.quality:.1f}", f"{m.good:.0f}", f"{m.gwh:.4f}",
            f"{m.total_gwh:.3f}", f"{m.scrap:.0f}", *([] if m.scrap_t is None else [f"{m.scrap_t:.1f}"]),
        ]
        for m in ramp.months
    ]  # fmt: skip


def ramp_sentence(plan: CapacityPlan, ramp: Ramp, lang: str) -> str:
    """When the target is reached, and what has been scrapped until then."""
    text, spec = words(lang), plan.spec.ramp
    share = spec.reached if spec else 1.0
    if ramp.reached is None:
        now = ramp.months[-1].gwh * 12 / plan.spec.gwh
        return text["not_reached"].format(share=share, months=len(ramp.months), now=now)
    until = ramp.months[: ramp.reached]
    scrap = text["scrap_cells"].format(n=sum(m.scrap for m in until))
    if plan.spec.cell.mass_kg is not None:
        scrap = text["scrap_mass"].format(t=sum(m.scrap_t or 0.0 for m in until))
    last = until[-1]
    return text["reached"].format(share=share, month=last.number, gwh=last.gwh, total=last.total_gwh, scrap=scrap)


def assumed(spec: PlanSpec) -> int:
    """How many figures are assumed."""
    return sum(figure.assumed for figure in spec.figures.values())


def print_plan(plan: CapacityPlan, ramp: Ramp | None, console: Console, lang: str = "en") -> None:
    """Key figures, steps, ramp-up."""
    text = words(lang)
    width = console.width
    meanings = ["", text["value"], text["unit"], text["meaning"]]
    console.print(plain_table(meanings, key_rows(plan, lang), text["target"], width, left=(2, 3)))
    heads, *rows = ([row[i] for i in _ON_TERMINAL] for row in [step_heads(lang), *step_rows(plan)])
    console.print(plain_table(heads, rows, text["steps"], width))
    console.print(_all_lines(plan, lang), highlight=False)
    if ramp is not None:
        kept = [row for n, row in enumerate(month_rows(ramp), 1) if n % _EVERY == 0 or n in (1, ramp.reached)]
        console.print(plain_table(month_heads(ramp, lang), kept, text["ramp"], width, drop=_LESS))
        console.print(ramp_sentence(plan, ramp, lang), highlight=False)
    if count := assumed(plan.spec):
        console.print(text["assumed_n"].format(n=count), style="dim", highlight=False)


def _all_lines(plan: CapacityPlan, lang: str) -> str:
    text = words(lang)
    parts = []
    for step in plan.steps:
        machines = text["n_machines"].format(n=step.machines * plan.lines) if step.machines else ""
        places = text["n_places"].format(n=step.places * plan.lines) if step.places != step.machines else ""
        parts.append(f"{step.spec.name} {', '.join(filter(None, (machines, places)))}")
    return f"{text['all_lines']}: {'; '.join(parts)}"


def print_formats(console: Console, lang: str = "en") -> None:
    """The bundled cell formats, and what a GWh per year of each asks for."""
    text = words(lang)
    rates = [f"{text[key]} {text['ppm']}" for key in ("net_ppm", "gross_ppm")]
    heads = [*(text[key] for key in ("format", "wh", "mcells")), *rates, text["slots"], text["ageing"]]
    console.print(plain_table(heads, format_rows(), text["formats"], console.width))
    console.print(text["formats_rule"], style="dim", highlight=False)
    console.print(text["trust"], style="dim", highlight=False)


def format_rows() -> Rows:
    """Format, Wh, million cells, net and gross cells per minute, formation slots, work in progress of ageing."""
    rows = []
    for name, cell in bundled_cells().items():
        plan = size(PlanSpec.model_validate({"gwh": 1, "cell": cell, "lines": 1, "steps": _REFERENCE}))
        _, formation, ageing = plan.steps
        rows.append([
            name, f"{cell.energy_wh:g}", f"{plan.cells_per_year / 1e6:.2f}", f"{plan.net_ppm:.1f}", f"{plan.gross_ppm:.{0 if plan.gross_ppm >= 100 else 1}f}",
            f"{formation.cells:.0f}", f"{ageing.cells / 1e6:.2f} M" if ageing.cells >= 1e6 else f"{ageing.cells / 1e3:.0f} k",
        ])  # fmt: skip
    return rows


_REFERENCE = [
    {"name": "line", "time": 1, "availability": 0.8, "yield": 0.9},
    {"name": "formation", "time": "24 h"},
    {"name": "ageing", "kind": "store", "time": "21 d"},
]


def csv_files(plan: CapacityPlan, ramp: Ramp | None, lang: str = "en") -> dict[str, str]:
    """The tables as CSV, by file name."""
    text = words(lang)
    made = {
        "plan.csv": csv_text([["", text["value"], text["unit"], text["meaning"]], *key_rows(plan, lang)]),
        "steps.csv": csv_text([step_heads(lang), *step_rows(plan)]),
    }
    if ramp is not None:
        made["ramp.csv"] = csv_text([month_heads(ramp, lang), *month_rows(ramp)])
    return made
