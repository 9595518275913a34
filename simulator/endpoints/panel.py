"""The panel: a local TCP socket that stands in for the person at a *mock* machine. Not part of the equipment interface.

It asks nobody who he is, and so listens on the loopback address only, whatever host the unit itself is served on.

One JSON object per line: ``{"id": 1, "act": "trip", "function": "emergency_stop"}`` is answered by
``{"id": 1, "ok": true}`` or ``{"id": 1, "ok": false, "error": "…"}``. Beside the actions of ``LocalSide``:
``fault`` (name, on), ``faults``, ``cut`` (protocol, seconds), ``ping``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from simulator.endpoints.errors import PortTaken
from simulator.faults import FAULTS
from simulator.interface.localside import ActionError
from simulator.interface.simulated import SimulatedEquipment

HOST = "127.0.0.1"
MAX_LINE = 65536


class PanelEndpoint:
    """Serves one equipment's panel. ``cut(protocol, seconds)`` is given by who owns the endpoints."""

    def __init__(
        self,
        equipment: SimulatedEquipment,
        *,
        port: int = 0,
        cut: Callable[[str, float], None] | None = None,
    ) -> None:
        self._equipment = equipment
        self._port = port
        self._cut = cut
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def address(self) -> str:
        return f"{HOST}:{self._port}"

    async def start(self) -> None:
        """Listen. Raises ``PortTaken``."""
        try:
            self._server = await asyncio.start_server(self._serve, HOST, self._port, limit=MAX_LINE)
        except OSError as error:
            raise PortTaken("the panel", HOST, self._port, error) from None
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and end every connection; none of their tasks outlives this call."""
        if self._server is not None:
            self._server.close()
            clients = dict(self._clients)
            for writer in clients.values():
                writer.close()  # its reader sees the end, and its task ends by itself
            await asyncio.gather(*clients, return_exceptions=True)
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients[task] = writer
        try:
            while line := await reader.readline():
                writer.write(json.dumps(self.answer(line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # gone, or a line longer than any request
        finally:
            del self._clients[task]
            writer.close()

    def answer(self, line: bytes) -> dict[str, Any]:
        """The answer to one request line."""
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise ValueError("not an object")
        except ValueError as error:
            return {"id": None, "ok": False, "error": f"not a JSON object: {error}"}
        number, act = request.pop("id", None), str(request.pop("act", ""))
        try:
            return {"id": number, "ok": True, **self._do(act, request)}
        except (ActionError, TypeError, ValueError) as error:  # the latter two: details that no action takes
            return {"id": number, "ok": False, "error": str(error)}

    def _do(self, act: str, details: dict[str, Any]) -> dict[str, Any]:
        if act == "ping":
            return {"unit": self._equipment.name, "profile": self._equipment.profile.id}
        if act == "faults":
            return {"faults": self._equipment.faults.names, "known": sorted(FAULTS)}
        if act == "fault":
            name = str(details.get("name"))
            if name not in FAULTS:
                raise ActionError(f"there is no fault '{name}'")
            self._equipment.faults.switch(name, bool(details.get("on", True)))
            self._equipment.act_now()
            return {}
        if act == "cut":
            if self._cut is None:
                raise ActionError("nothing to cut here")
            self._cut(str(details.get("protocol")), float(details.get("seconds", 1.0)))
            return {}
        self._equipment.act(act, **details)
        return {}
