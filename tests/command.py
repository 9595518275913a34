"""The command as a user meets it, in this process: what it printed, and the code it ended with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from setsubi.app import app

WIDE = {"COLUMNS": "400", "NO_COLOR": "1", "TERM": "dumb"}  # so that no message is broken by the width of a terminal


@dataclass(frozen=True)
class Said:
    """``out`` and ``err`` are standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


def setsubi(*arguments: str | Path, env: dict[str, str] | None = None) -> Said:
    """Run the command to its end. An exception that it lets through fails the test: a user would see a traceback."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={**WIDE, **(env or {})})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise AssertionError(f"traceback for {arguments}") from result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def refused(said: Said, code: int, *parts: str) -> str:
    """Expect one clear line on standard error, with every part in it, and the exit code; returns the line."""
    assert said.code == code, said.text
    (line,) = said.err.strip().splitlines()
    assert line.startswith("setsubi: "), line
    for part in parts:
        assert part in line, line
    assert "internal error" not in line
    assert "Traceback" not in said.text
    return line
