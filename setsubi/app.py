"""The command ``setsubi`` and its parts."""

from __future__ import annotations

from typing import Annotated

import typer

from setsubi import check, demo, design, effort, experiment, plan, profile, serve, simulate
from setsubi.hosting import quieten, tool_version
from setsubi.options import SuiteGroup

app = typer.Typer(
    cls=SuiteGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Test bench for the interfaces of battery-cell production equipment: OPC UA, Modbus TCP, hand-over, safety.",
)
app.command()(check.check)
app.command()(check.report)
app.command()(profile.explain)
app.command()(profile.init)
app.add_typer(profile.app, name="profile")
app.command()(serve.serve)
app.command()(serve.mock)
app.command()(simulate.simulate)
app.command()(experiment.experiment)
app.command()(experiment.sensitivity)
app.command()(design.design)
app.command()(plan.plan)
app.command()(effort.effort)
app.command()(demo.demo)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"setsubi {tool_version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    quieten()
