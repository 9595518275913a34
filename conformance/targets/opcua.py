"""OPC UA: signals by browse path from the machine, batched reads, writes of the value alone, methods by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.clock import MachineClock
from conformance.context import Outcome, Reading, Value
from conformance.errors import TargetLost, Unreachable
from conformance.fitting import Fitted
from conformance.named import named
from conformance.targets.opcuapaths import OBJECTS, translate
from conformance.targets.opcuasession import OpcuaSession, ServiceRefused
from conformance.targets.opcuavalues import status_name, to_value, to_variant, utc
from conformance.targets.uastack import ua
from conformance.transcript import Transcript
from profiles.model import Protocol as Wire

BATCH = 100  # nodes a Read; small controllers declare limits of this order


class OpcuaLink:
    """The profile's signals and methods on one session."""

    wire = Wire.OPCUA

    def __init__(
        self, session: OpcuaSession, fitted: Fitted, clock: MachineClock, transcript: Transcript, scan_s: float = 0.0
    ) -> None:
        self.session = session
        self.address = session.address
        self._profile, self._nodes = fitted.profile, fitted.nodes
        self._clock, self._transcript, self._scan = clock, transcript, scan_s
        # Places of signals that the target file binds to a node id, by profile path and by the node id's own text.
        elsewhere = {s: b.path for s in self._nodes if (b := self._profile.signals[s].opcua) is not None}
        self._given = {p: self._nodes[s] for s, p in elsewhere.items()} | {n: n for n in self._nodes.values()}
        self._found: dict[str, Any] = {}  # browse path from the machine → node id or None
        self._generation = -1

    async def connect(self) -> None:
        await self.session.connect()

    async def close(self) -> None:
        await self.session.forget()

    async def alive(self) -> bool:
        node = ua.NodeId(ua.ObjectIds.Server_ServerStatus_State)
        try:
            await self.session.service(lambda c: c.read_attributes([node], ua.AttributeIds.Value), "Read")
        except ServiceRefused:
            return True
        except (TargetLost, Unreachable):
            return False
        return True

    def binds(self, signal: str) -> bool:
        known = self._profile.signals.get(signal)
        return signal in self._nodes or (known is not None and known.opcua is not None)

    def place(self, signal: str) -> str:
        """The address of a signal as a reader knows it."""
        binding = self._profile.signals[signal].opcua
        return self._nodes.get(signal) or (binding.path if binding is not None else signal)

    async def resolve(self, paths: Sequence[str]) -> dict[str, Any]:
        """Node ids of browse paths: from the machine, or from Objects with a leading ``/``; ``None`` if not there."""
        await self.session.ensure()
        if self._generation != self.session.generation:
            self._found.clear()
            self._generation = self.session.generation
        # Checks run side by side: one may forget all paths after a reconnection while another waits for its own.
        known = {p: self._found[p] for p in paths if p in self._found}
        known |= {p: self.session.names.node_id(self._given[p]) for p in paths if p in self._given}
        for from_objects in (False, True):
            missing = [p for p in paths if p not in known and p.startswith("/") is from_objects]
            if missing:
                known.update(await self._translate(OBJECTS if from_objects else self.session.machine, missing))
        return {p: known[p] for p in paths}

    async def _translate(self, start: Any, paths: Sequence[str]) -> dict[str, Any]:
        """Noted only when it is known: "not asked yet" must not be taken for "not there"."""
        resolved: dict[str, Any] = dict.fromkeys(paths)
        steps = {p: s for p in paths if (s := self.session.names.steps(p)) is not None}
        if start is None or not steps:
            self._found.update(resolved)
            return resolved
        if "" in steps:
            resolved[""] = start
            del steps[""]
        nodes = await self.session.service(lambda c: translate(c, start, steps.values()), "TranslateBrowsePaths")
        resolved.update(zip(steps, nodes, strict=True))
        self._found.update(resolved)
        found = sum(n is not None for n in nodes)
        self._transcript.add("opcua", "TranslateBrowsePaths", f"{len(steps)} paths", f"{found} found", "Good")
        return resolved

    async def nodes_of(self, signals: Sequence[str]) -> dict[str, Any]:
        """Node ids of signals; ``None`` where the server has no such node."""
        paths = {
            s: b.path for s in signals if s not in self._nodes and (b := self._profile.signals[s].opcua) is not None
        }
        found = await self.resolve(list(paths.values()))
        given = {s: self.session.names.node_id(self._nodes[s]) for s in signals if s in self._nodes}
        return {s: given[s] if s in given else found.get(paths.get(s, "?")) for s in signals}

    async def read(self, signals: Sequence[str]) -> dict[str, Reading]:
        nodes = await self.nodes_of(signals)
        readings = {s: self._missing(s) for s, n in nodes.items() if n is None}
        present = [s for s in signals if nodes[s] is not None]
        for i in range(0, len(present), BATCH):
            readings.update(await self._read_batch(present[i : i + BATCH], nodes))
        return {s: readings[s] for s in signals}

    async def _read_batch(self, signals: Sequence[str], nodes: Mapping[str, Any]) -> dict[str, Reading]:
        parameters = ua.ReadParameters()
        parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        for signal in signals:
            item = ua.ReadValueId()
            item.NodeId = nodes[signal]
            item.AttributeId = ua.AttributeIds.Value
            parameters.NodesToRead.append(item)
        sent = self._clock.now()
        try:
            values = await self.session.service(lambda c: c.read(parameters), "Read")
        except ServiceRefused as error:
            return {s: self._bad(s, error.status) for s in signals}
        at = self._clock.now()
        doubt = (at - sent) / 2 + self._scan
        if len(values) != len(signals):
            return {s: self._bad(s, f"{len(values)} results for {len(signals)} nodes") for s in signals}
        return {s: self._reading(s, v, at, doubt) for s, v in zip(signals, values, strict=True)}

    def _reading(self, signal: str, data: Any, at: float, doubt: float) -> Reading:
        status = status_name(data.StatusCode)
        ok = data.StatusCode is None or not data.StatusCode.is_bad()
        value = to_value(data.Value.Value) if data.Value is not None else None
        value = named(self._profile.signals[signal], value)
        evidence = self._transcript.add("opcua", "Read", self.place(signal), value, status)
        return Reading(
            signal, self.wire, value if ok else None, ok, status, at, doubt,
            utc(data.SourceTimestamp), utc(data.ServerTimestamp), evidence=evidence,
        )  # fmt: skip

    def _missing(self, signal: str) -> Reading:
        status = "BadNodeIdUnknown: no such node"
        return self._bad(
            signal, status if self.session.machine is not None else f"{status}; {self.session.machine_name}"
        )

    def _bad(self, signal: str, status: str) -> Reading:
        evidence = self._transcript.add("opcua", "Read", self.place(signal), None, status)
        return Reading(signal, self.wire, None, False, status, self._clock.now(), self._scan, evidence=evidence)

    async def write(self, values: Mapping[str, Value]) -> Outcome:
        variants = {s: to_variant(self._profile.signals[s].type, v) for s, v in values.items()}
        return await self.write_variants(variants)

    async def write_variants(self, variants: Mapping[str, Any]) -> Outcome:
        """One Write call, without timestamps: some servers refuse them."""
        nodes = await self.nodes_of(list(variants))
        absent = [s for s, n in nodes.items() if n is None]
        if absent:
            return self._outcome("Write", self.place(absent[0]), None, "BadNodeIdUnknown: no such node")
        parameters = ua.WriteParameters()
        for signal, variant in variants.items():
            item = ua.WriteValue()
            item.NodeId = nodes[signal]
            item.AttributeId = ua.AttributeIds.Value
            item.Value = ua.DataValue(variant)
            parameters.NodesToWrite.append(item)
        try:
            codes = await self.session.service(lambda c: c.write(parameters), "Write", again=False)
            statuses = [status_name(c) for c in codes]
        except ServiceRefused as error:
            statuses = [error.status] * len(variants)
        outcomes = [
            self._outcome("Write", self.place(s), to_value(v.Value), status)
            for (s, v), status in zip(variants.items(), statuses, strict=False)
        ]
        return next((o for o in outcomes if not o.accepted), outcomes[-1])

    async def call(self, method: str, arguments: Sequence[Value]) -> Outcome:
        spec = self._profile.methods[method]
        typed = [to_variant(kind, value) for (_, kind), value in zip(spec.arguments, arguments, strict=False)]
        typed += [ua.Variant(v) for v in arguments[len(typed) :]]
        return await self.call_variants(method, typed)

    async def call_variants(self, method: str, arguments: Sequence[Any]) -> Outcome:
        """Call a method of the profile with variants as given."""
        path = self._profile.methods[method].path
        owner = path.rpartition("/")[0]
        nodes = await self.resolve([path, owner])
        if nodes[path] is None or nodes[owner] is None:
            return self._outcome("Call", path, None, "BadMethodInvalid: no such method")
        return await self.call_node(nodes[owner], nodes[path], arguments, path)

    async def call_node(self, owner: Any, method: Any, arguments: Sequence[Any], place: str) -> Outcome:
        """Call any method node."""
        request = ua.CallMethodRequest()
        request.ObjectId, request.MethodId, request.InputArguments = owner, method, list(arguments)
        try:
            results = await self.session.service(lambda c: c.call([request]), "Call", again=False)
        except ServiceRefused as error:
            return self._outcome("Call", place, None, error.status)
        result = results[0]
        outputs = tuple(to_value(v.Value) for v in result.OutputArguments or [])
        shown = [to_value(a.Value) for a in arguments]
        return self._outcome("Call", place, shown, status_name(result.StatusCode), outputs)

    def _outcome(self, op: str, place: str, value: Any, status: str, outputs: tuple[Value, ...] = ()) -> Outcome:
        evidence = self._transcript.add("opcua", op, place, value, status)
        return Outcome(status.startswith("Good"), status, self._clock.now(), outputs, evidence)
