"""The example line served by the real command in a process of its own, as any other program would meet it."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import setsubi
from conformance.targetfile import Target, load_target

EXAMPLE = Path(setsubi.__file__).parent / "examples" / "cell_line.yaml"
READY_S = 180.0
"""Wall seconds until a start counts as failed; nothing is decided by how long it takes."""


@dataclass(frozen=True)
class ServedUnit:
    """Where one unit can be reached."""

    name: str
    profile: str
    opcua: str
    modbus: tuple[str, int]


class Command:
    """``setsubi …`` as a process; its output is read as it comes, so that it never blocks on a full pipe."""

    def __init__(self, *arguments: str | Path, cwd: Path) -> None:
        flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        self.process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "setsubi", *map(str, arguments)],
            cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", creationflags=flags,
        )  # fmt: skip
        self.lines: list[str] = []
        self.errors: list[str] = []
        self._arrived: queue.Queue[str | None] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self.lines), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self.errors), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str], into: list[str]) -> None:
        for line in stream:
            into.append(line.rstrip("\n"))
            if into is self.lines:
                self._arrived.put(into[-1])
        if into is self.lines:
            self._arrived.put(None)

    def wait_for(self, text: str) -> None:
        """Until a line of the output holds the text."""
        while (line := self._arrived.get(timeout=READY_S)) is not None:
            if text in line:
                return
        raise AssertionError(f"ended without '{text}': {self.lines} {self.errors}")

    def end(self) -> int:
        """Wait for its own end; the exit code."""
        code = self.process.wait(READY_S)
        for reader in self._readers:
            reader.join(READY_S)
        return code

    def kill(self) -> None:
        """End it the hard way, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.end()


class ServedLine:
    """The example line, served on free ports until the context is left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.units: dict[str, ServedUnit] = {}

    def __enter__(self) -> ServedLine:
        targets = self._folder / "targets"
        self._command = Command("serve", EXAMPLE, "--base-port", "0", "--targets", targets, cwd=self._folder)
        try:
            self._command.wait_for("serving;")
            for file in sorted(targets.glob("*.yaml")):
                target = load_target(str(file))
                self.units[target.name] = _unit(target)
        except BaseException:
            self._command.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._command.kill()


def _unit(target: Target) -> ServedUnit:
    file = target.file
    assert file.opcua is not None
    assert file.modbus is not None
    return ServedUnit(target.name, file.profile or "", file.opcua.url, (file.modbus.host, file.modbus.port))
