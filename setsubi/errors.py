"""Every user's mistake is one line on stderr: where, what, how to mend. Exit codes are those of the suite."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import typer

from conformance.errors import NothingSelected, TargetError, UserError
from conformance.exitcodes import ExitCode
from conformance.reports import StreamError
from profiles import ProfileError
from simulator.endpoints.errors import BindingError, NodeSetError, PortTaken, SecurityError
from simulator.line.errors import FileError

F = TypeVar("F", bound=Callable[..., Any])
_MISTAKES = (UserError, ProfileError, FileError, StreamError, PortTaken, NodeSetError, BindingError, SecurityError)
ISSUES = "please report it with the traceback that SETSUBI_DEBUG=1 prints"


def fail(text: str, code: ExitCode = ExitCode.USAGE) -> NoReturn:
    """Say it on stderr, one line for each mistake, and leave."""
    for line in text.splitlines():
        typer.echo(f"setsubi: {line}", err=True)
    raise typer.Exit(int(code))


def guarded(function: F) -> F:
    """The command with its errors turned into one line and an exit code."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except NothingSelected as error:
            fail(str(error), ExitCode.NOTHING_CHECKED)
        except _MISTAKES as error:
            fail(str(error))
        except TargetError as error:
            fail(str(error), ExitCode.UNREACHABLE)
        except KeyboardInterrupt:
            fail("interrupted", ExitCode.INTERRUPTED)
        except BrokenPipeError:  # the reader of our output has left; there is nobody to tell
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(int(ExitCode.INTERRUPTED)) from None
        except OSError as error:
            fail(f"{error.filename or 'file'}: {error.strerror or error}; check the path and its permissions")
        except Exception as error:
            if os.environ.get("SETSUBI_DEBUG"):
                traceback.print_exc(file=sys.stderr)
            what = " ".join(str(error).split())  # one line, whatever the error says
            fail(f"internal error ({type(error).__name__}: {what}); {ISSUES}", ExitCode.INTERNAL_ERROR)

    return run  # type: ignore[return-value]
