"""Signal values ↔ Modbus registers.

Registers are unsigned 16-bit words, each big-endian on the wire (Modbus Application Protocol V1.1b3, 4.2); the order of
the words of a longer value is the profile's ``word_order``. ``raw = value / scale``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from profiles.model import REGISTERS_OF, Signal, SignalType, WordOrder

_FORMATS = {
    SignalType.INT16: ">h",
    SignalType.UINT16: ">H",
    SignalType.INT32: ">i",
    SignalType.UINT32: ">I",
    SignalType.INT64: ">q",
    SignalType.UINT64: ">Q",
    SignalType.FLOAT32: ">f",
    SignalType.FLOAT64: ">d",
    SignalType.DATETIME: ">Q",
}
_FLOATS = (SignalType.FLOAT32, SignalType.FLOAT64)
_TEXTS = (SignalType.STRING, SignalType.LOCALIZED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CodecError(ValueError):
    """A value that its signal's registers cannot hold, or registers that are no value of the signal."""


def encode(signal: Signal, value: Any, *, word_order: WordOrder = WordOrder.BIG) -> list[int]:
    """The registers of a value (for bits: one 0 or 1). Raises ``CodecError`` naming the signal and what would fit."""
    if signal.type is SignalType.BOOL:
        return [int(bool(value))]
    if signal.type in _TEXTS:
        return _encode_text(signal, str(value))
    raw = _raw(signal, value)
    try:
        packed = struct.pack(_FORMATS[signal.type], raw)
    except (struct.error, OverflowError):
        raise CodecError(f"{signal.id}: {value!r} (raw {raw}) does not fit {signal.type}") from None
    words = list(struct.unpack(f">{len(packed) // 2}H", packed))
    return words if word_order is WordOrder.BIG else words[::-1]


def decode(signal: Signal, registers: Sequence[int], *, word_order: WordOrder = WordOrder.BIG) -> Any:
    """The value of registers (or of one bit); ``None`` for the signal's sentinel. Raises ``CodecError``."""
    if signal.type is SignalType.BOOL:
        return bool(registers[0])
    words = list(registers)
    if signal.type in _TEXTS:
        return _decode_text(signal, words)
    needed = REGISTERS_OF[signal.type]
    if len(words) != needed:
        raise CodecError(f"{signal.id}: {len(words)} registers instead of {needed}")
    ordered = words if word_order is WordOrder.BIG else words[::-1]
    (raw,) = struct.unpack(_FORMATS[signal.type], struct.pack(f">{needed}H", *ordered))
    binding = signal.modbus
    if binding is not None and binding.sentinel is not None and raw == binding.sentinel:
        return None
    if signal.type is SignalType.DATETIME:
        try:
            return _EPOCH + timedelta(milliseconds=raw)
        except OverflowError:
            raise CodecError(f"{signal.id}: {raw} ms since 1970 is no date") from None
    scale = binding.scale if binding is not None else 1.0
    return raw if scale == 1 else raw * scale


def _raw(signal: Signal, value: Any) -> int | float:
    scale = signal.modbus.scale if signal.modbus is not None else 1.0
    if signal.type is SignalType.DATETIME:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise CodecError(f"{signal.id}: {value!r} is no time with a time zone")
        return (value - _EPOCH) // timedelta(milliseconds=1)
    if not isinstance(value, (int, float)):
        raise CodecError(f"{signal.id}: {value!r} is no number")
    if signal.type in _FLOATS:
        return value / scale
    if not math.isfinite(value):
        raise CodecError(f"{signal.id}: {value!r} has no {signal.type}")
    return int(value) if scale == 1 and isinstance(value, int) else round(value / scale)


def _encode_text(signal: Signal, text: str) -> list[int]:
    """UTF-8, two bytes a register, NUL-padded; a text that does not fit is cut between characters."""
    size = 2 * signal.registers
    data = text.encode("utf-8")
    if len(data) > size:
        data = data[:size].decode("utf-8", errors="ignore").encode("utf-8")
    data = data.ljust(size, b"\0")
    return list(struct.unpack(f">{size // 2}H", data))


def _decode_text(signal: Signal, words: list[int]) -> str:
    data = struct.pack(f">{len(words)}H", *words).split(b"\0", 1)[0]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CodecError(f"{signal.id}: byte {error.start} is no UTF-8") from None
