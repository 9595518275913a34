"""What the commands share at their border: the language, values checked before anything is begun, honest exit codes."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from conformance.errors import UsageError
from conformance.exitcodes import ExitCode
from setsubi.errors import fail
from simulator.experiments.whole import made
from simulator.line.quantities import UNITS, parts

# typer carries click under another name from version to version
_CLICK_USAGE_ERROR: Any = typer.BadParameter.__mro__[1]
_CLICK_NO_ARGUMENTS: Any = getattr(sys.modules[typer.BadParameter.__module__], "NoArgsIsHelpError", ())


class Lang(StrEnum):
    """Languages of reports and texts."""

    EN = "en"
    JA = "ja"


Language = Annotated[Lang, typer.Option("--lang", help="Language of texts and reports.")]


class EngineOption(StrEnum):
    """Which engine runs."""

    AUTO = "auto"
    SIMPY = "simpy"
    COMPILED = "compiled"


Engine = Annotated[
    EngineOption,
    typer.Option(help="auto: the compiled engine for long runs that it covers. Both give the same figures."),
]
Processes = Annotated[int, typer.Option(min=0, help="Processes; 0: one per core.")]
Scheduler = Annotated[
    str | None,
    typer.Option(help="Dask scheduler (tcp://host:8786) whose workers run the replications; see docs/cluster.md."),
]


def _hours(text: str | float) -> float:
    """``24`` and ``24 h`` are 24, ``7d`` is 168."""
    found = parts(str(text))
    if found is not None and found[1] in UNITS:
        return found[0] * UNITS[found[1]] / 3600
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no time; give hours, or a text such as 90min or 7d") from None


Hours = Annotated[
    float, typer.Option(parser=_hours, metavar="HOURS", help="Hours counted in each replication; or 7d, 90min.")
]
Warmup = Annotated[
    float | None,
    typer.Option(
        parser=_hours, metavar="HOURS", help="Hours before counting; found by MSER-5 on pilot runs if not given."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No tables; files only.")]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Same seed, same run.")]


class SuiteGroup(TyperGroup):
    """Wrong usage is one line too, and ends with the suite's own code: the customary 2 would read as 'interrupted'."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with _one_line(""):
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with _one_line(ctx):
            return super().invoke(ctx)


@contextmanager
def _one_line(where: Any) -> Iterator[None]:
    """``where`` is the context of the group, empty while that is being made."""
    try:
        yield
    except _CLICK_USAGE_ERROR as error:
        if isinstance(error, _CLICK_NO_ARGUMENTS):  # its message is the help, which is what was wanted
            error.exit_code = int(ExitCode.USAGE)
            raise
        fail(_usage_text(error, _path(error.ctx or where)))


def _path(ctx: Any) -> list[str]:
    """The commands that lead to where the error is, without the program's own name."""
    if not ctx:
        return []
    deeper: list[str] = [ctx.invoked_subcommand] if ctx.invoked_subcommand else []
    names: list[str] = []
    while ctx.parent is not None:
        names.insert(0, ctx.info_name)
        ctx = ctx.parent
    return [*names, *deeper]


def _usage_text(error: Any, path: list[str]) -> str:
    what = " ".join(str(error.format_message()).split())
    mend = f"'{' '.join(['setsubi', *path, '--help'])}' shows what can be given"
    near = getattr(error, "possibilities", None)
    if near:
        what, mend = str(error.message), f"did you mean {', '.join(near)}?"
    elif what.endswith("?") and ". " in what:
        what, _, mend = what.rpartition(". ")
    what = what.replace("Value error, ", "").rstrip(".")
    where = f"{' '.join(path)}: " if path else ""
    return f"{where}{what[:1].lower()}{what[1:]}; {mend[:1].lower()}{mend[1:]}"


def counted(number: int, noun: str) -> str:
    """``1 warning``, ``2 warnings``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def want_folder(folder: Path | None, option: str) -> None:
    """Make sure that files can be written into a folder, before a long run whose results it shall take. Leaves no folder
    behind that was not there: the run may come to nothing."""
    if folder is None:
        return
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{option} {folder}: is a file, not a folder; name a folder")
    try:
        with made(folder), tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError(f"{option} {folder}: nothing can be written there ({why}); name another folder") from None


def want_file(path: Path | None, option: str, suffixes: tuple[str, ...] = ()) -> None:
    """Make sure that a file can be written, and that its name ends as its kind asks."""
    if path is None:
        return
    if path.is_dir():
        raise UsageError(f"{option} {path}: is a folder, not a file; name a file in it")
    if suffixes and path.suffix.lower() not in suffixes:
        raise UsageError(f"{option} {path}: must end in {' or '.join(suffixes)}; the ending chooses the format")
    want_folder(path.parent, option)
    if path.is_file():
        try:
            with path.open("r+b"):
                pass
        except OSError as error:
            why = error.strerror or type(error).__name__
            mend = "close the program that has it open, or name another file"
            raise UsageError(f"{option} {path}: the file that is there can not be replaced ({why}); {mend}") from None


__all__ = ["Lang", "Language", "Seed", "SuiteGroup", "counted", "want_file", "want_folder"]
