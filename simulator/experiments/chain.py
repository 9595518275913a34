"""A line as a chain of boxes: equipment A – conveyor – B …, in rows."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Circle, FancyBboxPatch, Patch

from simulator.experiments.accounts import COLOURS
from simulator.experiments.arrows import Arrows, Joint
from simulator.experiments.pictures import BLUE, GREY, INK, RED, WIDTH, style, svg

IN_A_ROW = 7
_NAME = 10  # characters of a name that have room in a box at full size


def place(index: int) -> tuple[float, float]:
    """Where the middle of a unit is."""
    return index % IN_A_ROW, -1.5 * (index // IN_A_ROW)


def box(axes: Axes, x: float, y: float, conveyor: bool, ink: str = "") -> None:
    """A machine, or a conveyor with its rollers."""
    if not conveyor:
        axes.add_patch(
            FancyBboxPatch(
                (x - 0.26, y - 0.3), 0.52, 0.6, boxstyle="round,pad=0,rounding_size=0.05", fc="#eaf1f9", ec=ink or BLUE,
                lw=2.4 if ink else 1.4,
            )
        )  # fmt: skip
        return
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.3, y - 0.08), 0.6, 0.22, boxstyle="round,pad=0,rounding_size=0.05", fc="#f3f4f6", ec=ink or "#57606a",
            lw=2.4 if ink else 1.2,
        )
    )  # fmt: skip
    for roller in (-0.2, 0.0, 0.2):
        axes.add_patch(Circle((x + roller, y - 0.14), 0.045, fc="white", ec="#57606a", lw=1.0))


def waiting_arrows(found: Arrows, conveyors: set[str], words: Mapping[str, str]) -> str:
    """The arrows between the units of a line, with the per cent of the time that one was blocked and the next one starved."""
    units = [found.joints[0].upstream, *(joint.downstream for joint in found.joints)]
    hot = {unit for of in found.bottlenecks for unit in of}
    with style():
        rows = ceil(len(units) / IN_A_ROW)
        canvas = Canvas(figsize=(WIDTH, 1.75 * rows + 0.35), layout="constrained")
        axes = canvas.subplots()
        for index, unit in enumerate(units):
            x, y = place(index)
            belt = unit in conveyors
            box(axes, x, y, belt, RED if unit in hot else "")
            size = 10 * min(1.0, _NAME / len(unit))
            axes.text(x, y + 0.03 * belt, unit, ha="center", va="center", fontsize=size, weight="bold")
        for index, joint in enumerate(found.joints):
            _arrow(axes, index, joint)
        keys = [(COLOURS["blocked"], words["blocked_before"]), (COLOURS["starved"], words["starved_after"])]
        handles = [Patch(fc=colour, label=name) for colour, name in keys]
        handles.append(Patch(fc="white", ec=RED, lw=2, label=words["arrows_end"]))
        axes.legend(handles=handles, fontsize=9, frameon=False, ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        axes.set_xlim(-0.45, min(len(units), IN_A_ROW) - (0.35 if rows > 1 else 0.55))
        axes.set_ylim(-1.5 * (rows - 1) - 0.55, 0.55)
        axes.set_axis_off()
        return svg(canvas)


def _arrow(axes: Axes, index: int, joint: Joint) -> None:
    x, y = place(index)
    look = {"→": "-|>", "←": "<|-", "–": "-"}[joint.arrow]
    ink = GREY if joint.points_to is None else INK
    axes.annotate(
        "", (x + 0.68, y), (x + 0.32, y), arrowprops={"arrowstyle": look, "lw": 1.8, "color": ink, "mutation_scale": 16}
    )
    for at, share, name in ((0.2, joint.blocked, "blocked"), (-0.2, joint.starved, "starved")):
        axes.text(
            x + 0.5, y + at, f"{100 * share:.1f} %", ha="center", va="center", fontsize=8,
            bbox={"boxstyle": "round,pad=0.25", "fc": COLOURS[name], "ec": "none"},
        )  # fmt: skip
