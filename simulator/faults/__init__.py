"""Named deliberate wrongnesses of simulated equipment, one module per area of the ledger."""

from importlib import import_module
from pkgutil import iter_modules

from simulator.faults.model import FAULTS, Fault, FaultSet, Scene

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["FAULTS", "Fault", "FaultSet", "Scene"]
