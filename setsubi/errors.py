"""Every user's mistake is one line on stderr: where, what, how to mend. Exit codes are those of the suite."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import typer

from conformance.errors import Unreachable, UsageError, UserError
from conformance.exitcodes import ExitCode
from conformance.reports import StreamError
from profiles import ProfileError
from simulator.endpoints.errors import NodeSetError, PortTaken, SecurityError
from simulator.experiments.compiled import NotCovered
from simulator.line import LineError

F = TypeVar("F", bound=Callable[..., Any])
_MISTAKES = (UserError, ProfileError, LineError, StreamError, PortTaken, NodeSetError, SecurityError, NotCovered)
LANGUAGES = ("en", "ja")
ISSUES = "please report it with the traceback that SETSUBI_DEBUG=1 prints"


def fail(text: str, code: ExitCode = ExitCode.USAGE) -> NoReturn:
    """Say one line on stderr and leave."""
    typer.echo(f"setsubi: {text}", err=True)
    raise typer.Exit(int(code))


def language(lang: str) -> str:
    """The language of a report; ``UsageError`` for one that we do not have."""
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang}: there is no such language; choose {' or '.join(LANGUAGES)}")
    return lang


def guarded(function: F) -> F:
    """The command with its errors turned into one line and an exit code."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except _MISTAKES as error:
            fail(str(error))
        except Unreachable as error:
            fail(str(error), ExitCode.UNREACHABLE)
        except BrokenPipeError:  # the reader has seen enough (… | head)
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the interpreter flushes it on its way out
            raise typer.Exit(0) from None
        except KeyboardInterrupt:
            fail("interrupted", ExitCode.INTERRUPTED)
        except OSError as error:
            fail(f"{error.filename or 'file'}: {error.strerror or error}; check the path and its permissions")
        except Exception as error:
            if os.environ.get("SETSUBI_DEBUG"):
                traceback.print_exc(file=sys.stderr)
            fail(f"internal error ({type(error).__name__}: {error}); {ISSUES}", ExitCode.INTERNAL_ERROR)

    return run  # type: ignore[return-value]
