"""The panel of a mock: an operator without hands. One JSON object a line, answered by one line."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

from conformance.errors import OperatorError, Unreachable
from conformance.transcript import Transcript

ANSWER_S = 10.0  # wall seconds


class Panel:
    """``Operator`` over the local TCP socket that a mock offers."""

    def __init__(self, address: str, transcript: Transcript) -> None:
        host, _, port = address.rpartition(":")
        self.address = address
        self._host, self._port = host, int(port)
        self._transcript = transcript
        self._ids = itertools.count(1)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._lock = asyncio.Lock()

    async def connect(self) -> None:
        """Raises ``Unreachable``."""
        try:
            async with asyncio.timeout(ANSWER_S):
                self._streams = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError):
            raise Unreachable(f"panel {self.address}", "no panel answers", "is the mock running?") from None

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def act(self, action: str, **details: Any) -> None:
        await self.ask(action, **details)

    async def ask(self, action: str, **details: Any) -> dict[str, Any]:
        """The answer's fields. Raises ``OperatorError`` when the panel refuses or does not answer."""
        async with self._lock:
            number = next(self._ids)
            request = {"id": number, "act": action, **details}
            answer = await self._exchange(json.dumps(request, ensure_ascii=False))
        ok = answer.get("ok") is True and answer.get("id") == number
        status = "OK" if ok else str(answer.get("error", "an answer to something else"))
        self._transcript.add("panel", action, self.address, details, status)
        if not ok:
            raise OperatorError(f"the panel refuses '{action}': {status}")
        return answer

    async def _exchange(self, line: str) -> dict[str, Any]:
        if self._streams is None:
            await self.connect()
        assert self._streams is not None
        reader, writer = self._streams
        try:
            writer.write(line.encode() + b"\n")
            await writer.drain()
            async with asyncio.timeout(ANSWER_S):
                answer = json.loads(await reader.readline())
        except (OSError, TimeoutError, ValueError) as error:
            await self.close()
            raise OperatorError(f"the panel does not answer ({type(error).__name__})") from None
        return answer if isinstance(answer, dict) else {}
