"""Compilation with Numba, and where compiled code is kept between runs.

Numba notices a change of the file of a cached function, not of the functions that it calls, and installed wheels may
carry equal file times. So the cache has a folder of its own per content of this package, in the user's cache folder:
it works with a read-only installation, and an update never meets old code. What the kernel takes from ``simulator.line``
is part of that content.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numba

from simulator.line import leadtimes, log, packml

_F = TypeVar("_F", bound=Callable[..., Any])
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}


def user_cache() -> Path:
    """The user's cache folder as the operating system names it; ``NUMBA_CACHE_DIR`` goes before."""
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@cache
def cache_folder() -> Path | None:
    """Where compiled code is kept; ``None`` if there is no place to write: then each start compiles anew."""
    digest = hashlib.sha256(f"{version('numba')} {version('numpy')} {sys.version}".encode())
    try:
        ours = sorted(Path(__file__).parent.glob("*.py"))
        for source in (*ours, *(Path(str(module.__file__)) for module in (leadtimes, log, packml))):
            digest.update(source.read_bytes())
        folder = user_cache() / "setsubi" / f"engine-{digest.hexdigest()[:16]}"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # the only question that every system answers rightly
            return folder
    except (OSError, RuntimeError):  # RuntimeError: the user has no home
        return None


def compiled_before() -> bool:
    """Whether compiled code of this version is there; without it the first run takes half a minute longer."""
    folder = cache_folder()
    return folder is not None and next(folder.rglob("*.nbc"), None) is not None


def part(function: _F) -> _F:
    """Compile a function that is part of the kernel; LLVM decides where it is inlined."""
    # Said outright, since Numba passes the option on from a caller to what it calls first.
    return numba.njit(forceinline=False, **_OPTIONS)(function)  # type: ignore[no-any-return]


def hot(function: _F) -> _F:
    """Compile a part of the kernel into each of its callers."""
    return numba.njit(forceinline=True, **_OPTIONS)(function)  # type: ignore[no-any-return]


def entry(function: _F) -> _F:
    """Compile the kernel's entry and keep the code for the next start."""
    folder = cache_folder()
    if folder is None:
        return numba.njit(**_OPTIONS)(function)  # type: ignore[no-any-return]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)  # read when the function is decorated, and other packages have their own
    try:
        return numba.njit(cache=True, **_OPTIONS)(function)  # type: ignore[no-any-return]
    finally:
        numba.config.CACHE_DIR = before
