"""``setsubi profile …``, ``explain`` and ``init``: what a vendor has to build, and where to start."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError
from conformance.inspect import inspect
from conformance.reports import View, as_csv, as_markdown, as_rich, explain_rich, make_console, show_profile
from profiles import load_pack, load_profile, profile_names
from profiles.diff import diff
from profiles.lint import lint
from setsubi.errors import guarded
from setsubi.files import write_whole

app = typer.Typer(no_args_is_help=True, help="Look at profiles: what a vendor has to build.")


WIDTH = 132  # columns of a table that goes into a pipe or a file


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    MARKDOWN = "markdown"


@app.command("list")
@guarded
def list_() -> None:
    """The profiles of the bundled pack."""
    for name in profile_names():
        profile = load_profile(name)
        kind = "base, to extend" if profile.spec.abstract else profile.spec.kind
        typer.echo(f"{name:22} {profile.version:8} {kind:16} {profile.title.en} / {profile.title.ja}")


@app.command()
@guarded
def show(
    profile: Annotated[str, typer.Argument(help="Profile name or YAML file.")],
    modbus: Annotated[bool, typer.Option("--modbus", help="The register map.")] = False,
    opcua: Annotated[bool, typer.Option("--opcua", help="The OPC UA nodes and methods.")] = False,
    alarms: Annotated[bool, typer.Option("--alarms")] = False,
    requirements: Annotated[bool, typer.Option("--requirements")] = False,
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to a file instead.")] = None,
    lang: Annotated[str, typer.Option("--lang")] = "en",
) -> None:
    """Print what a vendor has to build."""
    asked = {View.MODBUS: modbus, View.OPCUA: opcua, View.ALARMS: alarms, View.REQUIREMENTS: requirements}
    views = [view for view, wanted in asked.items() if wanted] or list(View)
    sheets = show_profile(load_profile(profile), views, lang)
    if format_ is Format.TABLE and out is None:
        console = make_console()
        if not console.is_terminal:
            console.width = WIDTH
        console.print(as_rich(sheets))
        typer.echo("all columns, for spreadsheets and PLC tools: --format csv or --format markdown")
        return
    text = as_markdown(sheets) if format_ is not Format.CSV else "\n".join(as_csv(sheet) for sheet in sheets)
    if out is None:
        typer.echo(text)
    else:
        write_whole(out, text, "utf-8-sig" if format_ is Format.CSV else "utf-8")


@app.command("lint")
@guarded
def lint_(profile: Annotated[str, typer.Argument(help="Profile name or YAML file.")]) -> None:
    """What is unusual in a profile; errors stop at the first one with its place."""
    warnings = lint(load_profile(profile))
    for warning in warnings:
        typer.echo(warning)
    typer.echo(f"{len(warnings)} warnings")


@app.command("diff")
@guarded
def diff_(old: str, new: str) -> None:
    """What changed between two profiles; exit code 1 if an equipment built for the old one may break."""
    changes = diff(load_profile(old), load_profile(new))
    for change in changes:
        typer.echo(str(change))
    typer.echo(f"{len(changes)} changes")
    if any(str(getattr(change, "compatibility", "")) == "breaking" for change in changes):
        raise typer.Exit(1)


@guarded
def explain(
    requirement: Annotated[str, typer.Argument(help="Requirement id, for example STA-STATE-001.")],
    lang: Annotated[str, typer.Option("--lang")] = "en",
) -> None:
    """What a requirement says, where it comes from, and how to meet it."""
    ledger = {r.id: r for r in load_pack().ledger}
    if requirement.upper() not in ledger:
        from difflib import get_close_matches

        close = get_close_matches(requirement.upper(), ledger, n=3)
        hint = (
            f"did you mean {', '.join(close)}?" if close else "'setsubi profile show stacking --requirements' lists all"
        )
        raise UsageError(f"{requirement}: there is no such requirement; {hint}")
    make_console().print(explain_rich(ledger[requirement.upper()], lang))


@guarded
def init(
    address: Annotated[str, typer.Argument(help="opc.tcp://host:port or modbus://host:port")],
    profile: Annotated[str, typer.Option("--profile", "-p")] = "equipment",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the target file here.")] = None,
) -> None:
    """Look at an equipment and write a commented target file to start from."""
    text = asyncio.run(inspect(address, load_profile(profile), profile_names()))
    if out is None:
        typer.echo(text)
        return
    if out.exists():
        raise UsageError(f"{out}: exists already; choose another name or remove it")
    write_whole(out, text)
    typer.echo(f"written: {out}; complete it and run: setsubi check {out}")
