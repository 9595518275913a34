"""The report of an experiment as one self-contained HTML file. The terminal's tables are in ``tables``."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from jinja2 import ChoiceLoader, Environment, PackageLoader, Template, select_autoescape

from simulator.experiments.arrows import arrows_of
from simulator.experiments.charts.texts import TEXTS as CHART_TEXTS
from simulator.experiments.doubts import doubts
from simulator.experiments.kpis import Kpis
from simulator.experiments.run import Experiment
from simulator.experiments.said import clocks
from simulator.experiments.tables import print_tables
from simulator.experiments.texts import ACCOUNT_NAMES, FIGURES, in_places, language, texts, warmup, warnings
from simulator.experiments.trace import Trace
from simulator.line.spec import ConveyorSpec

__all__ = ["print_tables", "render_report"]


def draw(experiment: Experiment, figures: Kpis, lang: str = "en") -> dict[str, str]:
    """The pictures of the report as SVG, by name."""
    # matplotlib takes a second to import, which every command would pay that draws nothing
    from simulator.experiments import pictures

    words, trace, accounts = (
        {**texts(lang), **CHART_TEXTS[language(lang)]},
        experiment.trace,
        ACCOUNT_NAMES[language(lang)],
    )
    drawn = {"overtime": pictures.throughput_over_time(experiment, words)}
    if figures.figure("lead time"):
        drawn["leads"] = pictures.lead_times(experiment, words)
    drawn["shares"] = pictures.time_shares(figures, words, accounts)
    if trace is not None:
        drawn["timeline"] = pictures.state_timeline(trace, words, accounts)
        drawn["ribbon"] = pictures.bottleneck_ribbon(trace.bottleneck, words)
        drawn |= draw_arrows(experiment, lang)
        if trace.levels:
            drawn["levels"] = pictures.buffer_levels(trace, words)
    if figures.buffers:
        drawn["histograms"] = pictures.level_histograms(experiment, words)
    return drawn


def draw_arrows(experiment: Experiment, lang: str) -> dict[str, str]:
    """The picture of the arrows by its name; none if there are no arrows."""
    from simulator.experiments.chain import waiting_arrows

    found = arrows_of(experiment)
    conveyors = {u.name for u in experiment.spec.units if isinstance(u, ConveyorSpec)}
    return {"arrows": waiting_arrows(found, conveyors, texts(lang))} if found else {}


def render_report(
    experiment: Experiment,
    figures: Kpis,
    *,
    lang: str = "en",
    version: str = "",
    command: str = "",
    drawn: Mapping[str, str] | None = None,
) -> str:
    """One HTML page with everything inside; ``command`` is what repeats the experiment, ``drawn`` what ``draw`` gave."""
    from simulator.experiments.charts.run import run_charts  # Bokeh takes half a second to import

    code, words, trace = language(lang), texts(lang), experiment.trace
    return template("simulation.html.j2").render(
        e=experiment, k=figures, t=words, names=FIGURES[code], lang=code, version=version, command=command,
        warnings=[*doubts(experiment.spec, code), *warnings(figures.flow, code)], setting=setting(experiment, code), warmup=warmup(experiment, code),
        minutes=_minutes(trace) if trace else "",
        votes=[(name, words["votes"].format(n=n, of=len(experiment.results))) for name, n in figures.votes],
        left=sum(n for r in experiment.results for _, n in r.lead_times), active=trace.bottleneck if trace else None,
        arrows=arrows_of(experiment), in_places=in_places(figures, experiment.hours, code),
        pictures=images(draw(experiment, figures, code) if drawn is None else drawn),
        engines=[experiment.engine.text(code)], clocks=clocks({"": figures.failures}),
        charts=run_charts(experiment, figures, code), chart_words=CHART_TEXTS[code], units=[u.name for u in figures.units],
    )  # fmt: skip


def setting(experiment: Experiment, lang: str) -> str:
    """How the experiment was run, in one line."""
    n = len(experiment.results)
    return texts(lang)["setting" if n > 1 else "setting_one"].format(
        n=n, hours=f"{experiment.hours:g}", warmup=f"{experiment.warmup_hours:g}", first=experiment.seed,
        last=experiment.seed + n - 1,
    )  # fmt: skip


def _minutes(trace: Trace) -> str:
    """The width of a column of the timeline."""
    bins = len(next(iter(next(iter(trace.shares.values())).values())))
    seconds = (trace.end - trace.start) / bins
    return f"{seconds / 60:.3g} min" if seconds >= 60 else f"{seconds:.3g} s"


def template(name: str, package: str = "simulator.experiments") -> Template:
    """A page of a package, which may include parts of the pages of this one."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("simulator.experiments")]), autoescape=select_autoescape(default=True), trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)


def image(svg: str) -> str:
    """A picture as the address of an image, so that the page needs no other file."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def images(drawn: Mapping[str, str]) -> dict[str, str]:
    """Pictures by name as addresses of images."""
    return {name: image(svg) for name, svg in drawn.items()}
