"""What a check may ask of an OPC UA server beside the profile's signals and methods (``OpcuaServices``)."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from conformance.clock import MachineClock
from conformance.context import AlarmEvent, Declared, NodeFacts, Outcome, Quiet, Reading, Timeline, Value
from conformance.fitting import Fitted
from conformance.targets.opcua import OpcuaLink
from conformance.targets.opcuaalarms import Alarms
from conformance.targets.opcuadeclared import declarations, writable_beneath
from conformance.targets.opcuafacts import children_of, gather
from conformance.targets.opcuapaths import browse
from conformance.targets.opcuasession import ServiceRefused, shut
from conformance.targets.opcuasubscription import Subscription
from conformance.targets.opcuavalues import status_name, to_value, utc
from conformance.targets.uastack import ua
from conformance.transcript import Transcript
from profiles.model import Protocol as Wire
from profiles.model import SignalType


class Services:
    """``OpcuaServices`` on a link."""

    def __init__(self, link: OpcuaLink, fitted: Fitted, clock: MachineClock, transcript: Transcript) -> None:
        self._link, self._session = link, link.session
        self._profile, self._clock, self._transcript = fitted.profile, clock, transcript
        self._alarms = Alarms(link, fitted.profile.alarms, clock, transcript)

    # --- address space ------------------------------------------------------------------------------------------------
    async def facts(self, path: str) -> NodeFacts:
        node = (await self._link.resolve([path]))[path]
        if node is None:
            self._transcript.add("opcua", "TranslateBrowsePaths", path, None, "BadNoMatch")
            return NodeFacts(False, path)
        try:
            facts = await gather(self._session, node, path)
        except ServiceRefused as error:
            self._transcript.add("opcua", "Read", path, None, error.status)
            return NodeFacts(True, path)
        self._transcript.add("opcua", "Read", path, f"{facts.node_class} {facts.data_type}".strip(), "Good")
        return facts

    async def children(self, path: str) -> list[str]:
        node = (await self._link.resolve([path]))[path]
        found: list[str] = []
        status = "BadNoMatch"
        if node is not None:
            try:
                found, status = await children_of(self._session, node), "Good"
            except ServiceRefused as error:
                status = error.status
        self._transcript.add("opcua", "Browse", path, found, status)
        return found

    async def namespace_array(self) -> list[str]:
        value = await self._value(ua.ObjectIds.Server_NamespaceArray, "Server/NamespaceArray")
        return [str(uri) for uri in value or []]

    async def server_status(self) -> dict[str, Any]:
        ids = ua.ObjectIds
        fields = {
            "state": ids.Server_ServerStatus_State,
            "start_time": ids.Server_ServerStatus_StartTime,
            "current_time": ids.Server_ServerStatus_CurrentTime,
            "service_level": ids.Server_ServiceLevel,
            "product_uri": ids.Server_ServerStatus_BuildInfo_ProductUri,
            "manufacturer": ids.Server_ServerStatus_BuildInfo_ManufacturerName,
            "product_name": ids.Server_ServerStatus_BuildInfo_ProductName,
            "version": ids.Server_ServerStatus_BuildInfo_SoftwareVersion,
            "build": ids.Server_ServerStatus_BuildInfo_BuildNumber,
        }
        return {name: to_value(await self._value(node, f"ServerStatus/{name}")) for name, node in fields.items()}

    async def _value(self, number: int, place: str) -> Any:
        node = ua.NodeId(number)
        try:
            data = (await self._session.service(lambda c: c.read_attributes([node], ua.AttributeIds.Value), "Read"))[0]
        except ServiceRefused as error:
            self._transcript.add("opcua", "Read", place, None, error.status)
            return None
        value = data.Value.Value if data.Value is not None else None
        self._transcript.add("opcua", "Read", place, value, status_name(data.StatusCode))
        return value

    async def endpoints(self) -> list[dict[str, Any]]:
        client = self._session.new_client()
        try:
            offered = await client.connect_and_get_server_endpoints()
        except ua.UaError as error:
            self._transcript.add("opcua", "GetEndpoints", self._session.address, None, type(error).__name__)
            return []
        found = [
            {
                "url": e.EndpointUrl,
                "policy": str(e.SecurityPolicyUri).rpartition("#")[2],
                "mode": e.SecurityMode.name.rstrip("_"),
                "tokens": [t.TokenType.name for t in e.UserIdentityTokens or []],
            }
            for e in offered
        ]
        self._transcript.add("opcua", "GetEndpoints", self._session.address, found, "Good")
        return found

    async def browse_all(self, path: str, *, max_references: int) -> tuple[int, int, int]:
        node = (await self._link.resolve([path]))[path]
        if node is None:
            return 0, 0, 0
        try:
            paged, first = await self._session.service(lambda c: browse(c, node, most=max_references), "BrowseNext")
            whole, _ = await self._session.service(lambda c: browse(c, node), "Browse")
        except ServiceRefused as error:
            self._transcript.add("opcua", "BrowseNext", path, None, error.status)
            return 0, 0, 0
        self._transcript.add("opcua", "BrowseNext", path, {"page": first, "all": len(whole)}, "Good")
        return len(paged), len(whole), first

    async def declared(self, signals: Sequence[str]) -> dict[str, Declared]:
        nodes = await self._link.nodes_of(signals)
        return await declarations(self._session, nodes)

    async def writable_variables(self) -> dict[str, str | None]:
        nodes = await self._link.nodes_of([s for s in self._profile.signals if self._link.binds(s)])
        found = await writable_beneath(self._session, self._session.machine)
        owners = {node: signal for signal, node in nodes.items() if node is not None}
        listed = {path: owners.get(node) for path, node in found.items()}
        self._transcript.add("opcua", "Browse", self._session.machine_name, sorted(listed), "Good")
        return listed

    async def texts(self, signals: Sequence[str], locale: str) -> dict[str, tuple[str, str]]:
        nodes = {s: n for s, n in (await self._link.nodes_of(signals)).items() if n is not None}
        found: dict[str, tuple[str, str]] = {}

        async def look(client: Any) -> None:
            values = await client.uaclient.read_attributes(list(nodes.values()), ua.AttributeIds.DisplayName)
            texts = [data.Value.Value if data.Value is not None else None for data in values]
            found.update(
                {s: (t.Text or "", t.Locale or "") for s, t in zip(nodes, texts, strict=True) if t is not None}
            )

        client = self._session.new_client()
        client.set_locale([locale])
        status = await self._with_session(client, look)
        self._transcript.add("opcua", "Read DisplayName", f"locale {locale}", [t for t, _ in found.values()], status)
        return found

    # --- reading ------------------------------------------------------------------------------------------------------
    async def read_attribute(self, path: str, attribute: str) -> Reading:
        return (await self.read_raw([{"path": path, "attribute": attribute}]))[0]

    async def read_raw(self, requests: Sequence[dict[str, Any]], **options: Any) -> list[Reading]:
        """Requests have ``path`` or ``signal``, and may have ``attribute``, ``index_range`` and ``encoding``; options are
        ``timestamps`` (source, server, both, neither) and ``max_age`` (ms). An empty request list is sent as it is."""
        paths = [r["path"] if "path" in r else self._link.place(str(r["signal"])) for r in requests]
        nodes = await self._link.resolve(paths)
        parameters = ua.ReadParameters()
        parameters.MaxAge = float(options.get("max_age", 0.0))
        parameters.TimestampsToReturn = getattr(
            ua.TimestampsToReturn, str(options.get("timestamps", "both")).capitalize()
        )
        for request, path in zip(requests, paths, strict=True):
            item = ua.ReadValueId()
            item.NodeId = nodes[path] or ua.NodeId(f"setsubi.absent.{path}", 0)
            item.AttributeId = getattr(ua.AttributeIds, str(request.get("attribute", "Value")))
            item.IndexRange = request.get("index_range", options.get("index_range"))
            if "encoding" in request:
                item.DataEncoding = ua.QualifiedName(str(request["encoding"]), 0)
            parameters.NodesToRead.append(item)
        sent = self._clock.now()
        try:
            results = await self._session.service(lambda c: c.read(parameters), "Read")
        except ServiceRefused as error:
            evidence = self._transcript.add("opcua", "Read", ", ".join(paths) or "nothing", None, error.status)
            names = [str(r.get("signal", p)) for r, p in zip(requests, paths, strict=True)] or [""]
            return [self._reading(n, None, error.status, False, sent, evidence) for n in names]
        return [
            self._taken(str(r.get("signal", p)), p, data, sent)
            for r, p, data in zip(requests, paths, results, strict=False)
        ]

    def _taken(self, name: str, path: str, data: Any, sent: float) -> Reading:
        status = status_name(data.StatusCode)
        raw = data.Value.Value if data.Value is not None else None
        value = ", ".join(str(to_value(v)) for v in raw) if isinstance(raw, list) else to_value(raw)
        evidence = self._transcript.add("opcua", "Read", path, value, status)
        times = utc(data.SourceTimestamp), utc(data.ServerTimestamp)
        return self._reading(name, value, status, status.startswith("Good"), sent, evidence, times)

    def _reading(
        self, name: str, value: Value, status: str, ok: bool, sent: float, evidence: int, times: Any = (None, None)
    ) -> Reading:
        at = self._clock.now()
        return Reading(name, Wire.OPCUA, value, ok, status, at, (at - sent) / 2, times[0], times[1], evidence=evidence)

    # --- notifications ------------------------------------------------------------------------------------------------
    async def subscribe(
        self, signals: Sequence[str], *, interval_s: float, for_s: float, trigger: Callable[[], Any] | None = None
    ) -> Timeline:
        nodes = await self._link.nodes_of(signals)
        present = [s for s in signals if nodes[s] is not None]
        changes: dict[str, list[tuple[float, Value]]] = {s: [] for s in signals}
        started = self._clock.now()
        subscription = Subscription(self._session, self._clock)
        interval_ms = self._clock.to_wall(interval_s) * 1000
        try:
            await subscription.open(interval_ms)
            codes = await subscription.watch_values([nodes[s] for s in present], interval_ms)
            for signal, code in zip(present, codes, strict=False):
                self._transcript.add("opcua", "CreateMonitoredItems", self._link.place(signal), None, status_name(code))
            good = {s for s, code in zip(present, codes, strict=False) if code.is_good()}
            await self._collect(subscription, present, changes, self._clock.now() + for_s, waiting=set(good))
            if trigger is not None:
                done = trigger()
                if inspect.isawaitable(done):
                    await done
            await self._collect(subscription, present, changes, self._clock.now() + for_s)
        except ServiceRefused as error:
            self._transcript.add("opcua", "CreateSubscription", ", ".join(signals), None, error.status)
        finally:
            await subscription.close()
        return Timeline(started, self._clock.now(), changes)

    async def keep_alives(self, *, interval_s: float, count: int, wanted: int) -> Quiet:
        subscription, started = Subscription(self._session, self._clock), self._clock.now()
        try:
            revised_ms, revised_count = await subscription.open(self._clock.to_wall(interval_s) * 1000, count)
            period = self._clock.to_machine(revised_ms / 1000 * revised_count)
            started = self._clock.now()
            seen = await subscription.keep_alives(wanted + 1, started + 2 * period * (wanted + 1)) - 1
        except ServiceRefused as error:
            self._transcript.add("opcua", "CreateSubscription", "no items", None, error.status)
            return Quiet(0, interval_s * count, 0.0, 0.0, error.status)
        finally:
            await subscription.close()
        self._transcript.add(
            "opcua", "Publish", f"every {revised_ms:g} ms × {revised_count}", f"{seen} keep-alives", "Good"
        )
        return Quiet(max(0, seen), period, self._clock.now() - started, self._clock.to_machine(0.02))

    async def _collect(
        self,
        subscription: Subscription,
        signals: Sequence[str],
        changes: dict[str, list[tuple[float, Value]]],
        until: float,
        waiting: set[str] | None = None,
    ) -> None:
        """Take notifications until a time; with ``waiting``, only until each of these signals has a value."""
        while waiting is None or waiting:
            arrived = await subscription.next(until)
            if arrived is None:
                return
            at, kind, handle, data = arrived
            if kind == "data" and handle < len(signals):
                value = to_value(data.Value.Value) if data.Value is not None else None
                self._transcript.add(
                    "opcua", "Notify", self._link.place(signals[handle]), value, status_name(data.StatusCode)
                )
                changes[signals[handle]].append((at, value))
                if waiting is not None:
                    waiting.discard(signals[handle])

    async def alarm_events(
        self,
        *,
        for_s: float,
        refresh: bool = False,
        trigger: Callable[[], Any] | None = None,
        until: Callable[[AlarmEvent], bool] | None = None,
    ) -> list[AlarmEvent]:
        return await self._alarms.events(for_s, refresh, trigger, until)

    async def acknowledge(self, event: AlarmEvent, comment: str) -> Outcome:
        return await self._alarms.respond(event, comment, confirm=False)

    async def confirm(self, event: AlarmEvent, comment: str) -> Outcome:
        return await self._alarms.respond(event, comment, confirm=True)

    # --- what a well-behaved client would not do ----------------------------------------------------------------------
    async def write_wrong_type(self, signal: str) -> Outcome:
        text = self._profile.signals[signal].type in (SignalType.STRING, SignalType.LOCALIZED)
        wrong = ua.Variant(True, ua.VariantType.Boolean) if text else ua.Variant("setsubi", ua.VariantType.String)
        return await self._link.write_variants({signal: wrong})

    async def call_raw(self, method: str, arguments: Sequence[Any]) -> Outcome:
        return await self._link.call_variants(method, [ua.Variant(a) for a in arguments])

    async def connect_anonymous(self) -> Outcome:
        return await self._try_session(None, None)

    async def connect_with(self, user: str, password: str) -> Outcome:
        return await self._try_session(user, password)

    async def connect_wrong_password(self) -> Outcome:
        endpoint = self._session.endpoint
        if endpoint.user is None:
            return Outcome(False, "the target file names no user", self._clock.now())
        return await self._try_session(endpoint.user, f"not {endpoint.password}")

    async def connect_secure(self, policy: str) -> Outcome:
        client = self._session.new_client()
        status = await self._with_session(client, policy=policy)
        evidence = self._transcript.add("opcua", "CreateSession", self._session.address, policy, status)
        return Outcome(status == "Good", status, self._clock.now(), evidence=evidence)

    async def _try_session(self, user: str | None, password: str | None) -> Outcome:
        client = self._session.new_client()
        client._username, client._password = user, password
        status = await self._with_session(client)
        evidence = self._transcript.add(
            "opcua", "ActivateSession", self._session.address, "anonymous" if user is None else "user name", status
        )
        return Outcome(status == "Good", status, self._clock.now(), evidence=evidence)

    async def _with_session(
        self, client: Any, use: Callable[[Any], Awaitable[None]] | None = None, policy: str | None = None
    ) -> str:
        """A second session, opened, used and closed again, while the run's own stays. The status of what failed, or Good."""
        try:
            await self._session.secure(client, policy)
            await client.connect(auto_reconnect=False)
        except ua.UaStatusCodeError as error:
            return str(ua.StatusCode(error.code).name)
        except (ua.UaError, OSError, TimeoutError) as error:
            return type(error).__name__
        try:
            if use is not None:
                await use(client)
        except ua.UaStatusCodeError as error:
            return str(ua.StatusCode(error.code).name)
        finally:
            await shut(client)
        return "Good"
