"""The time scale that a simulated unit tells of itself (``profiles.timescale``), asked over either protocol."""

from __future__ import annotations

from conformance.context_impl import Bench
from conformance.targets.modbusidentity import INDIVIDUAL, page_of, request
from profiles.timescale import MODBUS_OBJECT, PRODUCT_URI, heard


async def told_time_scale(bench: Bench) -> float | None:
    """Machine seconds per wall second; ``None`` where the equipment does not say that it is a simulated unit."""
    if bench.opcua is not None:
        status = await bench.opcua.server_status()
        return heard(status.get("build")) if status.get("product_uri") == PRODUCT_URI else None
    if bench.modbus is None:
        return None
    page = page_of((await bench.modbus.exchange(request(INDIVIDUAL, MODBUS_OBJECT))).pdu)
    return heard(page.objects.get(MODBUS_OBJECT)) if page is not None else None
