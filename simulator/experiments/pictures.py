"""Pictures of an experiment as PNG data, made with matplotlib."""

from __future__ import annotations

from io import BytesIO

import matplotlib as mpl

mpl.use("Agg")

from matplotlib.figure import Figure as Canvas

from simulator.experiments.kpis import ACCOUNTS, Kpis
from simulator.experiments.run import Experiment

COLOURS = {
    "productive": "#2e7d32",
    "standby": "#f9a825",
    "engineering": "#1565c0",
    "scheduled_down": "#6a1b9a",
    "unscheduled_down": "#c62828",
}


def time_shares(figures: Kpis) -> bytes:
    """Stacked shares of the E10 time states by unit."""
    canvas = Canvas(figsize=(9, 0.5 * len(figures.units) + 1.6), layout="constrained")
    axes = canvas.subplots()
    names = [unit.name for unit in figures.units]
    left = [0.0] * len(names)
    for account in ACCOUNTS:
        shares = [100 * unit.accounts[account] for unit in figures.units]
        axes.barh(names, shares, left=left, color=COLOURS[account], label=account.replace("_", " "))
        left = [a + b for a, b in zip(left, shares, strict=True)]
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of time in %")
    axes.legend(ncols=5, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False, fontsize=8)
    return _png(canvas)


def throughput_over_time(experiment: Experiment) -> bytes:
    """Good items per hour of each replication and their mean."""
    canvas = Canvas(figsize=(9, 3), layout="constrained")
    axes = canvas.subplots()
    series = [[d * 3600 / r.bucket_s for d in r.departures[:-1]] for r in experiment.results]
    length = min((len(s) for s in series), default=0)
    hours = [i * experiment.results[0].bucket_s / 3600 for i in range(length)]
    for s in series:
        axes.step(hours, s[:length], where="post", color="#90a4ae", linewidth=0.6)
    if length:
        means = [sum(s[i] for s in series) / len(series) for i in range(length)]
        axes.step(hours, means, where="post", color="#0d47a1", linewidth=1.8, label="mean of the replications")
        axes.legend(frameon=False, fontsize=8)
    axes.set_xlabel("hours after warm-up")
    axes.set_ylabel("cells per hour")
    axes.set_ylim(bottom=0)
    return _png(canvas)


def _png(canvas: Canvas) -> bytes:
    buffer = BytesIO()
    canvas.savefig(buffer, format="png", dpi=130)
    return buffer.getvalue()
