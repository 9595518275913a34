"""How a simulated unit tells its time scale, so that a tester need not be told: what the simulator says and the suite hears.

It stands where the protocols have room for a maker's own words, and outside of every profile: on OPC UA in the server's
BuildInfo (OPC 10000-5, 12.4), BuildNumber beside our ProductUri; on Modbus TCP in the first private object of the device
identification (MODBUS Application Protocol V1.1b3, 6.21). A real machine has neither.
"""

from __future__ import annotations

import re
from math import isfinite

PRODUCT_URI = "urn:setsubi:simulator"
MODBUS_OBJECT = 0x80
_SAID = re.compile(r"setsubi time_scale=([0-9.e+-]{1,16})")


def said(time_scale: float) -> str:
    """The words of a unit that lives so many machine seconds per wall second."""
    return f"setsubi time_scale={time_scale:g}"


def heard(text: object) -> float | None:
    """The time scale that such words tell, to the six digits that were said; ``None`` if they are anything else."""
    found = _SAID.fullmatch(str(text))
    try:
        told = float(found[1]) if found else 0.0
    except ValueError:
        return None
    return told if isfinite(told) and told > 0 else None
