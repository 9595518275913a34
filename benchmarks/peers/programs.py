"""The programs that are measured, in the order of the table, and what shall be so of each."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from peers.lines import BenchLine, Clock

Run = Callable[[BenchLine, float, int], int]

COMPILED, MODEL = "setsubi, compiled", "setsubi, SimPy model"
STORE, INTERRUPTS, COUNTERS = "SimPy script, Stores", "SimPy script, Stores and interrupts", "SimPy script, counters"
BARE, CIMBA = "bare Numba loop", "cimba"


@dataclass(frozen=True)
class Program:
    """``least``: how many times as fast as it the compiled engine shall be. ``package`` is its name on PyPI.

    ``own_numbers``: it draws its own random numbers; the others share ``lines.samplers`` and must give equal parts.
    ``where``: what it can be installed on, if not everywhere.
    """

    name: str
    module: str
    package: str
    least: float | None
    own_numbers: bool = False
    clock: Clock = Clock.OPERATION
    where: str = ""

    def load(self) -> Run:
        """Its ``run``. Raises ``ImportError``, or whatever its package does when it can not be imported here."""
        run: Run = importlib.import_module(f"peers.{self.module}").run
        return run

    @property
    def version(self) -> str:
        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


INTERPRETED = 50.0
PROGRAMS = (
    Program(COMPILED, "setsubi_compiled", "setsubi", None, own_numbers=True),
    Program(MODEL, "setsubi_simpy", "setsubi", None, own_numbers=True),
    Program(BARE, "bare_numba", "numba", 0.3, own_numbers=True),
    Program(CIMBA, "cimba_line", "cimba", 2.0, own_numbers=True, where="wheels for Linux, Windows, and macOS on arm64"),
    Program(STORE, "simpy_store", "simpy", INTERPRETED),
    Program(INTERRUPTS, "simpy_interrupts", "simpy", INTERPRETED, own_numbers=True, clock=Clock.TIME),
    Program(COUNTERS, "simpy_counters", "simpy", INTERPRETED),
    Program("salabim, Stores", "salabim_store", "salabim", INTERPRETED),
    Program("salabim, lean", "salabim_lean", "salabim", INTERPRETED),
    Program("ciw", "ciw_line", "ciw", INTERPRETED),
    Program("simantha", "simantha_line", "simantha", INTERPRETED),
    Program("simprocesd", "simprocesd_line", "simprocesd", INTERPRETED),
    Program("factorysimpy", "factorysimpy_line", "factorysimpy", INTERPRETED),
    Program(
        "prodsys",
        "prodsys_line",
        "prodsys",
        INTERPRETED,
        own_numbers=True,
        clock=Clock.TIME,
        where="it wants NumPy below 2, and so Python below 3.13",
    ),
)


def program(name: str) -> Program:
    """The program of that name."""
    return next(p for p in PROGRAMS if p.name == name)
