"""A client on the o6 stack (open62541) in a process of its own, for that library ends its process ten minutes after import.

``python o6_peer.py opc.tcp://… UNIT FILE`` writes JSON: what it read, what each method and write was answered.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import o6

SOON = 20.0
URIS = {
    "di": "http://opcfoundation.org/UA/DI/",
    "m": "http://opcfoundation.org/UA/Machinery/",
    "pml": "http://opcfoundation.org/UA/PackML/",
    "s": "urn:setsubi:basc-cell-line:v1",
}


def main(url: str, unit: str) -> dict[str, Any]:
    with o6.Client(url) as client:
        array = [str(uri) for uri in client.read("i=2255")]  # NamespaceArray
        index = {prefix: array.index(uri) for prefix, uri in URIS.items()}

        def at(node: Any, path: str) -> Any:
            steps = (step.split(":") for step in path.split("/"))
            return node["".join(f"/{index[prefix]}:{name}" for prefix, name in steps)][0]

        machine = at(client.objects, f"m:Machines/s:{unit}")
        packml, state = at(machine, "pml:PackML"), at(machine, "s:State/s:UnitState")
        heard: list[int] = []
        client.monitor(o6.NodeId(state), lambda value: heard.append(int(value)), samplingInterval=50.0)
        answers = []
        for method, wanted in (("Stop", 2), ("Start", 2), ("Reset", 4), ("Stop", 2)):
            status, *_ = client.call(o6.NodeId(packml), o6.NodeId(at(packml, f"pml:{method}")))
            deadline = time.monotonic() + SOON
            while heard[-1:] != [wanted] and time.monotonic() < deadline:
                time.sleep(0.05)  # its queue holds one value, so each state is heard before the next command
            answers.append([method, str(o6.StatusCode(status).name), int(state())])
        refused = []
        for value in (o6.UInt16(99), o6.Double(1.5)):
            try:
                at(machine, "s:Command/s:UnitMode")(value)
                refused.append("GOOD")
            except o6.StatusCodeError as error:
                refused.append(str(error))
        return {
            "serial": str(at(machine, "di:Identification/di:SerialNumber")()),
            "profile": str(at(machine, "s:Profile/s:Id")()),
            "entered": int(at(machine, "s:Production/s:Entered")()),
            "answers": answers,
            "refused": refused,
            "heard": heard,
        }


if __name__ == "__main__":
    # In a file, for the library prints a banner whenever it likes.
    Path(sys.argv[3]).write_text(json.dumps(main(*sys.argv[1:3])), encoding="utf-8")
