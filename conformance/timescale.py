"""The time scale that a simulated unit tells of itself (``profiles.timescale``), asked over either protocol."""

from __future__ import annotations

from conformance.context_impl import Bench
from profiles.timescale import MODBUS_OBJECT, PRODUCT_URI, heard

_FUNCTION, _MEI, _SINGLE = 43, 14, 4
_HEAD = bytes([_FUNCTION, _MEI, _SINGLE])
_OBJECT_AT = 7


async def told_time_scale(bench: Bench) -> float | None:
    """Machine seconds per wall second; ``None`` where the equipment does not say that it is a simulated unit."""
    if bench.opcua is not None:
        status = await bench.opcua.server_status()
        return heard(status.get("build")) if status.get("product_uri") == PRODUCT_URI else None
    if bench.modbus is None:
        return None
    pdu = (await bench.modbus.exchange(_HEAD + bytes([MODBUS_OBJECT]))).pdu
    is_it = pdu.startswith(_HEAD) and pdu[_OBJECT_AT : _OBJECT_AT + 1] == bytes([MODBUS_OBJECT])
    return heard(pdu[_OBJECT_AT + 2 :].decode("utf-8", "replace")) if is_it else None
