"""``setsubi check``: run the suite against a target; ``report``: the same reports of an old event stream."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from conformance.baseline import load_baseline
from conformance.errors import UsageError
from conformance.events import Event, to_json
from conformance.exitcodes import ExitCode
from conformance.reports import (
    ConsolePrinter,
    Report,
    make_console,
    read_report,
    render_badge,
    render_html,
    render_junit,
    render_markdown,
    said,
    texts_in,
)
from conformance.runner import Options, Session
from conformance.selection import Selection, beyond
from conformance.targetfile import Target, load_target
from profiles import Profile, ProfileError, load_profile, profile_names
from profiles.model import Impact
from profiles.model import Protocol as Wire
from setsubi.errors import guarded
from setsubi.files import write_whole
from setsubi.options import Lang, Language, want_file, want_folder

_MOST_NAMED = 8  # requirements on one line
WHICH = "requirement ids, beginnings of them (HO-TIMER), globs, areas or levels; several by commas, or repeated"


@guarded
def check(
    target: Annotated[str, typer.Argument(help="Target file, or opc.tcp://host:port, or modbus://host:port.")],
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", "-p", help="Profile name ('setsubi profile list') or YAML file; else that of the target file."
        ),
    ] = None,
    impact: Annotated[
        Impact, typer.Option(help="The most that checks may do: each includes those before it.")
    ] = Impact.OBSERVE,
    only: Annotated[list[str] | None, typer.Option(help=f"Check only these: {WHICH}.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help=f"Leave these out: {WHICH}.")] = None,
    via: Annotated[Wire | None, typer.Option(help="Use this protocol only.")] = None,
    time_scale: Annotated[
        float | None, typer.Option(help="Machine seconds per wall second; for a target file of kind: mock only.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for all reports: HTML, JUnit XML, event stream, Markdown, badge."),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="File for the HTML report.")] = None,
    junit: Annotated[Path | None, typer.Option(help="File for JUnit XML.")] = None,
    ndjson: Annotated[
        Path | None, typer.Option(help="File for the event stream, which 'setsubi report' reads.")
    ] = None,
    baseline: Annotated[Path | None, typer.Option(help="File of known failures; a stale one fails loudly.")] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Rewrite the baseline with what fails now.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="A failed SHOULD counts as a nonconformity.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List what would be checked, and stop.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List every write beforehand, and stop.")] = False,
    lang: Language = Lang.EN,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what needs attention.")] = False,
) -> None:
    """Check an equipment against a profile, requirement by requirement.

    TARGET is a target file ('setsubi init ADDRESS' writes one to start from) or a bare address.

    Exit codes: 0 conformant, 1 nonconformity, 2 interrupted, 3 internal error, 4 wrong usage, profile or target file,
    5 nothing was checked, 6 incomplete, 7 unreachable.
    """
    if update_baseline and baseline is None:
        raise UsageError("--update-baseline: needs --baseline, the file to rewrite")
    loaded = load_target(target)
    if time_scale is not None:
        loaded = loaded.scaled(time_scale)
    described = _profile(loaded, profile)
    known = load_baseline(baseline, described.id, create=update_baseline) if baseline else None
    options = Options(
        selection=Selection(impact=impact, only=_patterns(only), exclude=_patterns(exclude)),
        wires=(via,) if via else None,
        strict=strict,
        baseline=known,
        update_baseline=update_baseline,
        language=lang,
    )
    session = Session(loaded, described, options)
    if list_ or dry_run:
        _print_plan(session, writes=dry_run, lang=lang)
        return
    want_folder(out, "--out")
    for path, option in ((html, "--html"), (junit, "--junit"), (ndjson, "--ndjson"), (baseline, "--baseline")):
        want_file(path, option)
    report = asyncio.run(run_session(session, lang=lang, quiet=quiet))
    write_reports(report, lang, out=out, html=html, junit=junit, ndjson=ndjson)
    if out is not None:
        typer.echo(texts_in(lang)("written", path=out / "report.html"))
    raise typer.Exit(report.exit_code)


class CheckedReport:
    """A finished run: its report and its raw events."""

    def __init__(self, events: list[Any], report: Report) -> None:
        self.events, self.report = events, report

    @property
    def exit_code(self) -> int:
        return self.report.exit_code


async def run_session(session: Session, *, lang: str = "en", quiet: bool = False, console: Any = None) -> CheckedReport:
    """Run a session, printing as it goes. Ctrl-C ends the check that runs, restores, and keeps what was found; so does a
    defect of ours, which ends with exit code 3."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):  # Windows and threads: cancellation does it
            loop.add_signal_handler(number, session.interrupt)
    events: list[Any] = []
    with ConsolePrinter(console or make_console(), lang, quiet) as printer:
        try:
            async with aclosing(session.events()) as running:
                async for event in running:
                    _take(event, events, printer)
        except BrokenPipeError:
            raise
        except Exception as error:
            if os.environ.get("SETSUBI_DEBUG"):
                traceback.print_exc(file=sys.stderr)
            _take(session.broken(error), events, printer)
    assert printer.report is not None  # there is a header at least
    return CheckedReport(events, printer.report)


def _take(event: Event, events: list[Any], printer: ConsolePrinter) -> None:
    record = to_json(event)
    events.append(record)
    printer.handle(record)


def write_reports(
    checked: CheckedReport,
    lang: str,
    *,
    out: Path | None = None,
    html: Path | None = None,
    junit: Path | None = None,
    ndjson: Path | None = None,
) -> None:
    """Write whatever was asked for; ``out`` takes everything."""
    report = checked.report
    lines = "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in checked.events)
    wanted: list[tuple[Path | None, str, Any]] = [
        (html, "report.html", lambda: render_html(report, lang)),
        (junit, "junit.xml", lambda: render_junit(report, lang)),
        (ndjson, "events.ndjson", lambda: lines),
    ]
    for path, name, render in wanted:
        if path is not None:
            write_whole(path, render())
        if out is not None:
            write_whole(out / name, render())
    if out is not None:
        write_whole(out / "summary.md", render_markdown(report, lang))
        write_whole(out / "badge.svg", render_badge(report, lang))


@guarded
def report(
    stream: Annotated[Path, typer.Argument(help="An events.ndjson of an earlier run.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the reports; else that of the event stream.")
    ] = None,
    lang: Language = Lang.EN,
) -> None:
    """Make the reports of an earlier run again, in another language if you like."""
    made = read_report(stream)
    want_folder(out, "--out")
    out = stream.parent if out is None else out
    write_whole(out / "report.html", render_html(made, lang))
    write_whole(out / "junit.xml", render_junit(made, lang))
    write_whole(out / "summary.md", render_markdown(made, lang))
    write_whole(out / "badge.svg", render_badge(made, lang))
    typer.echo(texts_in(lang)("written", path=out / "report.html"))


def _patterns(given: list[str] | None) -> tuple[str, ...]:
    """``--only A,B`` is ``--only A --only B``."""
    return tuple(pattern.strip() for some in given or () for pattern in some.split(",") if pattern.strip())


def _profile(target: Target, named: str | None) -> Profile:
    """The profile of the command line or, with its place in the file, that of the target file."""
    if named is not None:
        return load_profile(named)
    ref = target.file.profile
    if ref is None:
        known = ", ".join(profile_names())
        raise UsageError(f"{target.ref}: names no profile; give --profile with a YAML file or one of: {known}")
    beside = target.folder / ref
    try:
        return load_profile(beside if ref.endswith((".yaml", ".yml")) and beside.is_file() else ref)
    except ProfileError as error:
        if error.place.line:
            raise
        raise target.fail(("profile",), f"profile: '{ref}' {error.what}", error.mend) from None


def _print_plan(session: Session, *, writes: bool, lang: str) -> None:
    t = texts_in(lang)
    planned = session.planned()
    rows = [row for row in planned if row.writes or not writes]
    table = Table(t("requirement"), t("impact"), t("level"), t("plan.writes" if writes else "plan.text"))
    for row in rows:
        requirement = session.profile.requirement(row.requirement)
        written = ", ".join(str(said(t, what)) for what in row.writes)
        last = written if writes else requirement.text.in_language(lang)
        table.add_row(row.requirement, t(f"impact.{row.impact}"), t(f"level.{requirement.level}"), last)
    if rows:
        make_console().print(table)
    split = t("plan.split", writers=len(rows), others=len(planned) - len(rows)) if writes else ""
    typer.echo(t("plan.count" if len(planned) != 1 else "plan.count_one", n=len(planned)) + split)
    for needed, ids in beyond(session.selected).items():
        more = t("plan.more", n=len(ids) - _MOST_NAMED) if len(ids) > _MOST_NAMED else ""
        typer.echo(t("plan.beyond", impact=needed, n=len(ids), ids=", ".join(ids[:_MOST_NAMED])) + more)
    if not planned:
        raise typer.Exit(int(ExitCode.NOTHING_CHECKED))


__all__ = ["CheckedReport", "check", "report", "run_session", "write_reports"]
