"""The console report, printed while the events come: progress on a terminal, plain lines in a log.

All foreign text is printed as ``Text``, never as rich markup, and cleaned of terminal escapes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import IO, Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from conformance.reports.records import Finding, Header, Record, RequirementRecord, Restore, Verdict
from conformance.reports.sentences import prepare, said
from conformance.reports.stream import Report, Result, parse_event, report_of, unknown_requirement
from conformance.reports.summary import summarise
from conformance.reports.texts import texts_in
from conformance.reports.translation import command_in
from conformance.reports.values import clean, one_line, seconds, show
from profiles.model import Impact

_STYLES = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold magenta",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.KNOWN_FAILURE: "yellow",
    Verdict.NOT_EXERCISED: "dim",
    Verdict.NOT_APPLICABLE: "dim",
}
_TONES = {"good": "bold green", "warn": "bold yellow", "bad": "bold red"}
_UNASKED = (Verdict.NOT_EXERCISED, Verdict.NOT_APPLICABLE)
_KNOWN = "known failure: "  # so begins the note that says why a failure is known
_NAMED = 4  # ids in a line of the summary
_REASON = 1000  # characters of why a run ended
_WIDTH = 14  # of the verdict, in columns


def make_console(file: IO[str] | None = None) -> Console:
    """A console that a character unknown to the terminal's code page cannot bring down; NO_COLOR is honoured."""
    stream = file or sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return Console(file=stream, highlight=False)


def print_stream(events: Iterable[Any], console: Console, lang: str = "en", quiet: bool = False) -> Report | None:
    """Print all events, live or of an old file; the report of them, or None where not even a header came."""
    with ConsolePrinter(console, lang, quiet) as printer:
        for event in events:
            printer.handle(event)
    return printer.report


class ConsolePrinter:
    """``handle`` takes each event as a dict when it happens; leaving the context prints the summary.

    ``quiet`` leaves out what needs nobody's attention (pass, not applicable, not exercised).
    """

    def __init__(self, console: Console, lang: str = "en", quiet: bool = False) -> None:
        self._console = console
        self._texts = texts_in(lang)
        prepare(self._texts)  # now, for while checks run nothing may take long
        self._quiet = quiet
        self._records: list[Record | None] = []
        self._requirements: dict[str, RequirementRecord] = {}
        self._heading = ""
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self.report: Report | None = None

    def __enter__(self) -> ConsolePrinter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
        if self._records:
            self.report = report_of(self._records)
            self._print_summary(self.report)

    def handle(self, event: Any) -> None:
        record = parse_event(event)
        self._records.append(record)
        if isinstance(record, Header):
            self._print_header(record)
        elif isinstance(record, RequirementRecord):
            self._requirements[record.id] = record
        elif isinstance(record, Finding):
            self._print_finding(record)
        elif isinstance(record, Restore) and not record.ok:
            line = f"{self._texts('not_ok')}: {record.signal} = {show(record.old)} ({self._said(record.status)})"
            self._line(line, "bold red")

    def _line(self, text: str = "", style: str = "", indent: int = 0) -> None:
        """Logs are searched by line, so only a terminal wraps, and then so that a new line is told from one that goes on."""
        shown = Text(clean(text), style)
        if self._console.is_terminal and indent:
            self._console.print(_indented(shown, indent))
        elif self._console.is_terminal:
            self._console.print(Text("\n  ").join(shown.wrap(self._console, self._console.width - 2)))
        else:
            self._console.print(Text(" " * indent) + shown, soft_wrap=True)

    def _said(self, value: Any, limit: int = 300) -> str:
        """What the stream says, in the language of the report, on one line."""
        return one_line(said(self._texts, value), limit)

    def _print_header(self, header: Header) -> None:
        t = self._texts
        title = header.profile.title.in_language(t.lang) or header.profile.id
        self._line(f"{header.tool} {header.version}  {title} ({header.profile.id} {header.profile.version})", "bold")
        self._line(
            f"{t('target')}: {one_line(header.target.name)}  "
            f"{t('protocols')}: {', '.join(header.protocols)}  {t('impact')}: {t(f'impact.{header.impact}')}"
        )
        self._line(t("disclaimer"), "dim")

    def _print_finding(self, finding: Finding) -> None:
        result = build_result(finding, self._requirements)
        self._advance(finding)
        if (
            finding.verdict in _UNASKED or finding.not_reached
        ):  # they may be most of the ledger; the summary counts them
            return
        if self._quiet and not (finding.verdict.needs_action or finding.verdict is Verdict.KNOWN_FAILURE):
            return
        requirement = result.requirement
        heading = self._heading_of(requirement)
        if heading != self._heading:
            self._heading = heading
            self._line()
            self._line(heading, "bold")
        word, sentence = self._head(result)
        branches = self._branches(result)
        if not self._console.is_terminal:
            self._console.print(Text("  ") + word + sentence, soft_wrap=True)
            for label, style in branches:
                for line in label.split("\n"):
                    self._line(line, style, 6)
            return
        head = Table.grid()
        head.add_column(width=word.cell_len)
        head.add_column(overflow="fold")
        head.add_row(word, sentence)
        tree = Tree(head, guide_style="dim")
        for label, style in branches:
            lines = [(line.lstrip(), len(line) - len(line.lstrip())) for line in label.split("\n")]
            tree.add(Group(*(_indented(Text(clean(line), style), indent) for line, indent in lines)))
        self._console.print(_indented(tree if branches else head, 2))

    def _heading_of(self, requirement: RequirementRecord) -> str:
        """What only looks comes by area; what does more comes after it by impact, so that no area is headed twice."""
        t = self._texts
        if requirement.impact is Impact.OBSERVE:
            return t.area(requirement.area)
        return f"{t('impact')}: {t(f'impact.{requirement.impact}')}"

    def _head(self, result: Result) -> tuple[Text, Text]:
        """The verdict, padded, and the requirement."""
        t, requirement = self._texts, result.requirement
        word = Text(t.verdict(result.verdict), _STYLES[result.verdict])
        word.pad_right(max(1, _WIDTH - word.cell_len))
        level = t(f"level.{requirement.level}")
        return word, Text(clean(f"{requirement.id} [{level}] {one_line(requirement.text.in_language(t.lang))}"))

    def _branches(self, result: Result) -> list[tuple[str, str]]:
        """(text, style) of what stands below a finding."""
        t, finding = self._texts, result.finding
        branches = [(f"{t('reason')}: {self._said(finding.reason)}", "")] if finding.reason else []
        if finding.verdict is Verdict.PASS:
            return branches
        branches += [(self._said(note), "yellow") for note in finding.notes if note.startswith(_KNOWN)]
        for e in finding.unmet:
            via = f" [{e.via}]" if e.via else ""
            place = f"  {one_line(e.place)}\n" if e.place else ""
            branches.append(
                (
                    f"{self._said(e.what)}{via}\n{place}  {t('expected')}: {self._said(e.expected)}\n"
                    f"  {t('actual')}: {self._said(e.actual)}",
                    "",
                )
            )
        remedy = result.requirement.remedy.in_language(t.lang)
        heading = finding.verdict.remedy
        branches += [(f"{t(heading)}: {remedy}", "cyan")] if remedy and heading else []
        return branches + (
            [(f"{t('reproduce')}: {command_in(finding.reproduce, t.lang)}", "dim")] if finding.reproduce else []
        )

    def _advance(self, finding: Finding) -> None:
        if not self._console.is_terminal:
            return
        if self._progress is None:
            total = sum(r.excluded is None for r in self._requirements.values())
            self._progress = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task(self._texts("checking"), total=total)
            self._progress.start()
        self._progress.update(self._task, advance=1, description=f"{self._texts('checking')} {clean(finding.id)}")

    def _print_summary(self, report: Report) -> None:
        t = self._texts
        summary = summarise(report, t)
        self._line()
        for line in self._unasked(report) if report.findings else ():
            self._line(line, "dim")
        for warning in summary.warnings:
            self._line(warning, "bold yellow")
        self._line(summary.conclusion, _TONES[summary.tone])
        self._line(" · ".join(summary.facts), indent=2)
        duration = f"  {t('duration')}: {seconds(report.footer.duration_s)}" if report.footer else ""
        meaning = summary.meaning
        self._line(f"{t('exit_code')} {report.exit_code}: {meaning}{duration}", indent=2)
        reason = report.footer.reason if report.footer else ""
        if reason and (report.exit_code or "; " in reason):  # of a good run, only where there are remarks behind it
            self._line(f"{t('reason')}: {self._said(reason, _REASON)}", "bold" if report.exit_code else "", 2)

    def _unasked(self, report: Report) -> list[str]:
        """What was not asked, by reason: how many, and which as far as a line goes."""
        t = self._texts
        late = sum(finding.not_reached for finding in report.findings)
        groups: dict[tuple[Verdict, str], list[Result]] = {}
        for result in report.of(*_UNASKED):
            reason = self._said(result.finding.reason, 120) if result.reached else t("not_reached")
            groups.setdefault((result.verdict, reason), []).append(result)
        lines = [t("sum.not_reached", n=late)] * bool(late)
        for (verdict, reason), results in groups.items():
            must = sum(result.is_must for result in results) if verdict is Verdict.NOT_EXERCISED else 0
            name = t.verdict(verdict) + (t("sum.of_which_must", n=must) if must else "")
            ids = ", ".join(result.requirement.id for result in results[:_NAMED])
            lines.append(f"{len(results)} {name} ({reason}): {ids}{' …' if len(results) > _NAMED else ''}")
        return lines


def _indented(shown: RenderableType, indent: int) -> Padding:
    return Padding(shown, (0, 0, 0, indent), expand=False)


def build_result(finding: Finding, requirements: dict[str, RequirementRecord]) -> Result:
    """The finding joined with its requirement, as a report of the whole stream would join it."""
    known = requirements.get(finding.id)
    return Result(known, finding) if known else Result(unknown_requirement(finding.id), finding)
