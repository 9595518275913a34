"""``setsubi profile …``, ``explain`` and ``init``: what a vendor has to build, and where to start."""

from __future__ import annotations

import asyncio
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from conformance.errors import UsageError
from conformance.inspect import inspect, render
from conformance.reports import (
    View,
    as_csv,
    as_markdown,
    as_rich,
    explain_all,
    explain_rich,
    make_console,
    show_profile,
)
from conformance.selection import matches
from profiles import load_profile, profile_names
from profiles.diff import diff
from profiles.export import exported, schema
from profiles.lint import lint
from profiles.naming import did_you_mean
from setsubi.errors import guarded
from setsubi.files import write_whole
from setsubi.options import Lang, Language, SuiteGroup, counted, want_file

app = typer.Typer(
    cls=SuiteGroup,
    no_args_is_help=True,
    help="Look at profiles: what a vendor has to build, and what an edit breaks.",
)
BASE = "equipment"
MOST_WIDTH = 1000  # columns; wide enough that no row of a sheet is broken in a file

Which = Annotated[str, typer.Argument(help="Profile name ('setsubi profile list') or YAML file.")]


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
    profile: Which,
    modbus: Annotated[bool, typer.Option("--modbus", help="The register map.")] = False,
    opcua: Annotated[bool, typer.Option("--opcua", help="The OPC UA nodes and methods.")] = False,
    alarms: Annotated[bool, typer.Option("--alarms", help="The alarms, with their bits in the alarm words.")] = False,
    handover: Annotated[bool, typer.Option("--handover", help="The hand-over timers and heartbeat times.")] = False,
    requirements: Annotated[bool, typer.Option("--requirements", help="The ledger of requirements.")] = False,
    format_: Annotated[
        Format, typer.Option("--format", help="A file gets Markdown unless csv is asked for.")
    ] = Format.TABLE,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to a file instead.")] = None,
    lang: Language = Lang.EN,
) -> None:
    """Print what a vendor has to build: everything, or only the parts that are named."""
    asked = dict(zip(View, (modbus, opcua, alarms, handover, requirements), strict=True))
    views = [view for view, wanted in asked.items() if wanted] or list(View)
    sheets = show_profile(load_profile(profile), views, lang)
    if format_ is Format.TABLE and out is None:
        console = make_console()
        if not console.is_terminal:  # a file or a pipe is searched by line
            console.width = MOST_WIDTH
        console.print(as_rich(sheets, console.width, lang))
        return
    text = as_markdown(sheets) if format_ is not Format.CSV else "\n".join(as_csv(sheet) for sheet in sheets)
    if out is None:
        typer.echo(text)
    else:
        want_file(out, "--out")
        write_whole(out, text, "utf-8-sig" if format_ is Format.CSV else "utf-8")


@app.command("lint")
@guarded
def lint_(profile: Which) -> None:
    """What is unusual in a profile; errors stop at the first one with its place."""
    warnings = lint(load_profile(profile))
    for warning in warnings:
        typer.echo(warning)
    typer.echo(counted(len(warnings), "warning"))


@app.command("diff")
@guarded
def diff_(
    old: Annotated[str, typer.Argument(help="The profile before: name or YAML file.")],
    new: Annotated[str, typer.Argument(help="The profile after: name or YAML file.")],
) -> None:
    """What changed between two profiles; exit code 1 if something that a client or an equipment relies on is broken."""
    changes = diff(load_profile(old), load_profile(new))
    for change in changes:
        typer.echo(str(change))
    typer.echo(counted(len(changes), "change"))
    if any(str(getattr(change, "compatibility", "")) == "breaking" for change in changes):
        raise typer.Exit(1)


class Exported(StrEnum):
    JSON = "json"
    JSON_SCHEMA = "json-schema"


@app.command()
@guarded
def export(
    profile: Which,
    format_: Annotated[
        Exported, typer.Option("--format", help="The profile with all that it inherits, or the schema of its language.")
    ] = Exported.JSON,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to a file instead.")] = None,
) -> None:
    """Give a profile to other programs: JSON with everything resolved, or the JSON Schema that it follows."""
    described = load_profile(profile)
    text = json.dumps(exported(described) if format_ is Exported.JSON else schema(), ensure_ascii=False, indent=2)
    if out is None:
        typer.echo(text)
        return
    want_file(out, "--out")
    write_whole(out, text + "\n")


@guarded
def explain(
    requirement: Annotated[
        str,
        typer.Argument(help="Requirement id, for example STA-STATE-001; STA-STATE, STA or an area lists those of it."),
    ],
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", "-p", help="Whose ledger: texts and parameters of your own pack. Else the bundled one."
        ),
    ] = None,
    lang: Language = Lang.EN,
) -> None:
    """What a requirement says, where it comes from, and how to meet it; of an area, what it asks."""
    described = load_profile(profile or BASE)
    ledger = {r.id: r for r in described.ledger}
    one = ledger.get(requirement.upper())
    if one is not None:
        timers = {name: timer.seconds for name, timer in described.handover.timers.items()}
        make_console().print(explain_rich(one, lang, profile, timers))
        return
    several = [r for r in described.ledger if matches(r, requirement)]
    if not several:
        lists = f"'setsubi profile show {profile or 'stacking'} --requirements' lists all"
        raise UsageError(f"{requirement}: there is no such requirement; {did_you_mean(requirement, ledger, lists)}")
    make_console().print(explain_all(several, lang))


@guarded
def init(
    address: Annotated[str, typer.Argument(help="opc.tcp://host:port or modbus://host:port")],
    profile: Annotated[
        str | None,
        typer.Option("--profile", "-p", help="What to compare with; else what the equipment says it follows."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the target file here; it must be new.")] = None,
) -> None:
    """Look at an equipment, without writing to it, and write a commented target file to start from."""
    if out is not None and out.exists():
        raise UsageError(f"--out {out}: exists already; choose another name or remove it")
    if "://" not in address:
        raise UsageError(f"'{address}' is no address; write opc.tcp://host:port or modbus://host:port")
    want_file(out, "--out")
    text = asyncio.run(_looked_at(address, profile))
    if out is None:
        typer.echo(text)
        return
    write_whole(out, text)
    typer.echo(f"written: {out}; complete it and run: setsubi check {out}")


async def _looked_at(address: str, named: str | None) -> str:
    """Compared with the profile that was named, else with that which the equipment says it follows, else with the base."""
    if named is not None:
        return render(await inspect(address, load_profile(named)))
    look = await inspect(address, load_profile(BASE), profile_names())
    if look.profile_id not in (None, BASE):
        look = await inspect(address, load_profile(str(look.profile_id)))
    return render(look)
