"""Kernel: the records behind the addresses in ``line`` (see ``layout.Arrays``), and comparing and choosing without a jump."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from simulator.experiments.compiled.jit import part
from simulator.experiments.compiled.layout import (
    CELL,
    FLOAT,
    ITEM,
    JOINT,
    MODE,
    OPERATOR,
    ROW,
    SERVER,
    STOP,
    STREAM,
    UNIT,
    WHOLE,
)


@intrinsic(prefer_literal=True)  # type: ignore[untyped-decorator]
def record_at(_typing: Any, k: Any, array: Any, index: Any, dtype: Any) -> Any:
    """The record of a type at an index of an array, ``k`` being the line. Nothing checks the index.

    Arrays never move while the kernel runs, so an address is read once for many accesses (``invariant.load``).
    """
    record = dtype.dtype
    signature = record(k, array, types.int64, dtype)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        line, _, at, _ = arguments
        int64 = ir.IntType(64)
        pointer = builder.gep(builder.bitcast(line, ir.IntType(8).as_pointer()), [int64(k.offset(array.literal_value))])
        address = builder.load(builder.bitcast(pointer, int64.as_pointer()))
        address.set_metadata("invariant.load", builder.module.add_metadata([]))
        offset = builder.mul(at, int64(record.size))
        return builder.inttoptr(builder.add(address, offset), context.get_value_type(record))

    return signature, generate


@intrinsic  # type: ignore[untyped-decorator]
def choose(_typing: Any, condition: Any, one: Any, other: Any) -> Any:
    """``one`` if the condition holds, else ``other``: without a jump, for what nobody could foresee."""
    signature = types.int64(types.boolean, types.int64, types.int64)

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        chosen = builder.select(builder.trunc(arguments[0], ir.IntType(1)), *arguments[1:])
        chosen.set_metadata("unpredictable", builder.module.add_metadata([]))
        return chosen

    return signature, generate


@intrinsic  # type: ignore[untyped-decorator]
def precedes(_typing: Any, one: Any, rank: Any, other: Any, other_rank: Any) -> Any:
    """Whether an event comes before another by time, then by rank: one comparison of two numbers of 128 bits."""
    signature = types.boolean(*(types.int64,) * 4)

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        high, low, other_high, other_low = (builder.zext(a, wide) for a in arguments)
        key = builder.or_(builder.shl(high, wide(64)), low)
        before = builder.icmp_signed("<", key, builder.or_(builder.shl(other_high, wide(64)), other_low))
        return builder.zext(before, ir.IntType(8))

    return signature, generate


@part
def unit_at(k: Any, index: int) -> Any:
    """A unit."""
    return record_at(k, "at_units", index, UNIT)


@part
def joint_at(k: Any, index: int) -> Any:
    """A joint."""
    return record_at(k, "at_joints", index, JOINT)


@part
def server_at(k: Any, index: int) -> Any:
    """A server."""
    return record_at(k, "at_servers", index, SERVER)


@part
def mode_at(k: Any, index: int) -> Any:
    """A failure mode."""
    return record_at(k, "at_modes", index, MODE)


@part
def stop_at(k: Any, index: int) -> Any:
    """A planned stop of a unit or of the operators."""
    return record_at(k, "at_stops", index, STOP)


@part
def operator_at(k: Any, index: int) -> Any:
    """An operator."""
    return record_at(k, "at_operators", index, OPERATOR)


@part
def stream_at(k: Any, index: int) -> Any:
    """A random stream."""
    return record_at(k, "at_streams", index, STREAM)


@part
def value_at(k: Any, index: int) -> Any:
    """A value drawn ahead."""
    return record_at(k, "at_values", index, FLOAT)


@part
def cell_at(k: Any, index: int) -> Any:
    """The cell of an event."""
    return record_at(k, "at_cells", index, CELL)


@part
def node_at(k: Any, index: int) -> Any:
    """A node of the tournament: the cell that wins there."""
    return record_at(k, "at_tree", index, WHOLE)


@part
def slot_at(k: Any, index: int) -> Any:
    """An entry of the lists of whole numbers."""
    return record_at(k, "at_queue", index, WHOLE)


@part
def arrival_at(k: Any, index: int) -> Any:
    """The belt time at which an item can leave."""
    return record_at(k, "at_arrivals", index, FLOAT)


@part
def wear_at(k: Any, index: int) -> Any:
    """The age of a place of a machine; behind it, the ages at which its modes are due."""
    return record_at(k, "at_wear", index, FLOAT)


@part
def item_at(k: Any, index: int) -> Any:
    """An item."""
    return record_at(k, "at_items", index, ITEM)


@part
def second_at(k: Any, index: int) -> Any:
    """The seconds of a unit in a state for a cause."""
    return record_at(k, "at_seconds", index, FLOAT)


@part
def level_at(k: Any, index: int) -> Any:
    """The seconds of a joint or belt at a level."""
    return record_at(k, "at_levels", index, FLOAT)


@part
def bucket_at(k: Any, index: int) -> Any:
    """The departures of an interval."""
    return record_at(k, "at_departures", index, WHOLE)


@part
def lead_time_at(k: Any, index: int) -> Any:
    """The items whose lead time falls into a bucket."""
    return record_at(k, "at_lead_times", index, WHOLE)


@part
def row_at(k: Any, index: int) -> Any:
    """A row of the event log."""
    return record_at(k, "at_log", index, ROW)
