"""Kernel: the records behind the addresses in ``line`` (see ``layout.Arrays``)."""

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
    NODE,
    OPERATOR,
    ROW,
    SERVER,
    STOP,
    STREAM,
    UNIT,
    WHOLE,
)


@intrinsic  # type: ignore[untyped-decorator]
def record_at(_typing: Any, address: Any, index: Any, dtype: Any) -> Any:
    """The record of a type at an index behind an address. Nothing checks the index."""
    record = dtype.dtype
    signature = record(types.int64, types.int64, dtype)

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        offset = builder.mul(arguments[1], ir.Constant(ir.IntType(64), record.size))
        return builder.inttoptr(builder.add(arguments[0], offset), context.get_value_type(record))

    return signature, generate


@part
def unit_at(k: Any, index: int) -> Any:
    """A unit."""
    return record_at(k.at_units, index, UNIT)


@part
def joint_at(k: Any, index: int) -> Any:
    """A joint."""
    return record_at(k.at_joints, index, JOINT)


@part
def server_at(k: Any, index: int) -> Any:
    """A server."""
    return record_at(k.at_servers, index, SERVER)


@part
def mode_at(k: Any, index: int) -> Any:
    """A failure mode."""
    return record_at(k.at_modes, index, MODE)


@part
def stop_at(k: Any, index: int) -> Any:
    """A planned stop of a unit or of the operators."""
    return record_at(k.at_stops, index, STOP)


@part
def operator_at(k: Any, index: int) -> Any:
    """An operator."""
    return record_at(k.at_operators, index, OPERATOR)


@part
def stream_at(k: Any, index: int) -> Any:
    """A random stream."""
    return record_at(k.at_streams, index, STREAM)


@part
def value_at(k: Any, index: int) -> Any:
    """A value drawn ahead."""
    return record_at(k.at_values, index, FLOAT)


@part
def cell_at(k: Any, index: int) -> Any:
    """The cell of an event."""
    return record_at(k.at_cells, index, CELL)


@part
def node_at(k: Any, index: int) -> Any:
    """A node of the tournament."""
    return record_at(k.at_tree, index, NODE)


@part
def leaf_at(k: Any, cell: int) -> Any:
    """The leaf of a cell, which says when its event happens."""
    return record_at(k.at_tree, k.tree + cell, NODE)


@part
def slot_at(k: Any, index: int) -> Any:
    """An entry of the lists of whole numbers."""
    return record_at(k.at_queue, index, WHOLE)


@part
def arrival_at(k: Any, index: int) -> Any:
    """The belt time at which an item can leave."""
    return record_at(k.at_arrivals, index, FLOAT)


@part
def item_at(k: Any, index: int) -> Any:
    """An item."""
    return record_at(k.at_items, index, ITEM)


@part
def second_at(k: Any, index: int) -> Any:
    """The seconds of a unit in a state for a cause."""
    return record_at(k.at_seconds, index, FLOAT)


@part
def level_at(k: Any, index: int) -> Any:
    """The seconds of a joint or belt at a level."""
    return record_at(k.at_levels, index, FLOAT)


@part
def bucket_at(k: Any, index: int) -> Any:
    """The departures of an interval."""
    return record_at(k.at_departures, index, WHOLE)


@part
def lead_time_at(k: Any, index: int) -> Any:
    """The items whose lead time falls into a bucket."""
    return record_at(k.at_lead_times, index, WHOLE)


@part
def row_at(k: Any, index: int) -> Any:
    """A row of the event log."""
    return record_at(k.at_log, index, ROW)
