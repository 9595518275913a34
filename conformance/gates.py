"""Gates before the doors that a check could use around the context: raw frames, OPC UA services, the operator.

What goes through them is held to the requirement's impact, and what it may write is journaled first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from conformance.context import ModbusWire, OpcuaServices, Operator, Outcome, WireReply
from conformance.targets.frames import pdus_in, written_by
from profiles.model import Impact, Table
from profiles.model import Protocol as Wire

if TYPE_CHECKING:
    from conformance.context_impl import CheckContext


class GatedModbus:
    """``ModbusWire`` that journals the signals in the range that a frame may write."""

    def __init__(self, context: CheckContext, wire: ModbusWire) -> None:
        self._context, self._wire = context, wire

    @property
    def unit(self) -> int:
        return self._wire.unit

    async def exchange(self, pdu: bytes, *, unit: int | None = None, timeout: float | None = None) -> WireReply:
        await self._before([pdu])
        return await self._wire.exchange(pdu, unit=unit, timeout=timeout)

    async def send_raw(self, frame: bytes, *, replies: int = 1, timeout: float | None = None) -> list[WireReply]:
        await self._before(pdus_in(frame))
        return await self._wire.send_raw(frame, replies=replies, timeout=timeout)

    async def send_pieces(self, pieces: Sequence[bytes]) -> WireReply:
        await self._before(pdus_in(b"".join(pieces)))
        return await self._wire.send_pieces(pieces)

    async def pipeline(self, pdus: Sequence[bytes]) -> list[WireReply]:
        await self._before(pdus)
        return await self._wire.pipeline(pdus)

    async def is_alive(self) -> bool:
        return await self._wire.is_alive()

    async def connect_many(self, count: int) -> int:
        return await self._wire.connect_many(count)

    async def _before(self, pdus: Sequence[bytes]) -> None:
        context = self._context
        for pdu in pdus:
            reach = written_by(pdu)
            if reach is None:
                continue
            context.demand(Impact.WRITE, f"raw Modbus function {pdu[0]}")
            signals = _signals_in(context, *reach)
            context.bench.commanded |= any(s.startswith("command.") for s in signals)
            link = context.bench.links.get(Wire.MODBUS)
            if link is not None and signals:
                await context.remember(signals, link)


def _signals_in(context: CheckContext, bits: bool, address: int, count: int) -> list[str]:
    table = Table.COIL if bits else Table.HOLDING
    return [
        s.id
        for s in context.profile.signals.values()
        if s.modbus is not None
        and s.modbus.table is table
        and s.modbus.address < address + count
        and address < s.modbus.address + s.registers
    ]


_CHANGING = {"call_raw": Impact.ACTUATE, "acknowledge": Impact.ACTUATE, "confirm": Impact.ACTUATE}


class GatedOpcua:
    """``OpcuaServices``, whose changing services are held to the impact."""

    def __init__(self, context: CheckContext, services: OpcuaServices) -> None:
        self._context, self._services = context, services

    def __getattr__(self, name: str) -> Any:
        if name in _CHANGING:
            self._context.demand(_CHANGING[name], f"OPC UA {name}")
            self._context.bench.commanded |= name == "call_raw"
        return getattr(self._services, name)

    async def write_wrong_type(self, signal: str) -> Outcome:
        self._context.demand(Impact.WRITE, f"write {signal} with a wrong type")
        await self._context.remember([signal], self._context.link([signal], Wire.OPCUA))
        return await self._services.write_wrong_type(signal)


class GatedOperator:
    """The operator, whom only the impact ``operator`` may trouble; a mock's panel may be used from ``disrupt`` on."""

    def __init__(self, context: CheckContext, operator: Operator) -> None:
        self._context, self._operator = context, operator

    async def act(self, action: str, **details: Any) -> None:
        mock = self._context.bench.kind == "mock"
        self._context.demand(Impact.DISRUPT if mock else Impact.OPERATOR, f"operator {action}")
        await self._operator.act(action, **details)
