"""A unit on OPC UA: one server, with the machine under ``Objects/Machines``.

::

    endpoint = OpcuaEndpoint(equipment, port=4840)
    await endpoint.start()      # endpoint.address: opc.tcp://127.0.0.1:4840
    endpoint.set_quirks(no_events=True)
    await endpoint.stop()

Values are pushed by the equipment; nothing here polls. `docs/opcua-paths.md` lists what is where,
`docs/opcua-limitations.md` what this server leaves out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from asyncua import Server, ua

from profiles.addresses import authority
from simulator.endpoints.addressspace import Template, standard_template
from simulator.endpoints.conditions import Conditions
from simulator.endpoints.errors import PortTaken
from simulator.endpoints.hiding import changed_access, hidden_nodes
from simulator.endpoints.machine import MachineBuilder
from simulator.endpoints.nodesets import PACKML
from simulator.endpoints.projections import Projections
from simulator.endpoints.publisher import Publisher
from simulator.endpoints.quirks import OpcuaQuirks
from simulator.endpoints.security import (
    NoAdministration,
    SecuritySettings,
    Users,
    certificate_and_key,
    data_folder,
    private_key,
)
from simulator.endpoints.serverinfo import describe_server, refresh_server
from simulator.endpoints.transport import UnitListener, UnitServer
from simulator.endpoints.unit import Unit
from simulator.interface.equipment import Changes, Equipment

OWN_PREFIX = "s"
"""The prefix of the pack's own namespace; it is the one in which machine objects are named."""


class OpcuaEndpoint:
    """Serves one equipment on OPC UA. Port 0 takes a free port; ``without`` are options that the equipment lacks,
    ``time_scale`` is told in the BuildInfo."""

    def __init__(
        self,
        equipment: Equipment,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        security: SecuritySettings | None = None,
        quirks: OpcuaQuirks | None = None,
        nodesets: Path | None = None,
        without: frozenset[str] = frozenset(),
        time_scale: float | None = None,
    ) -> None:
        self._equipment = equipment
        self._host = "127.0.0.1" if host == "localhost" else host
        self._port = port
        self._security = security or SecuritySettings()
        self._quirks = quirks or OpcuaQuirks()
        self._nodesets = nodesets
        self._without, self._time_scale = without, time_scale
        self._server: Server | None = None
        self._listener: UnitListener | None = None
        self._unit: Unit | None = None
        self._builder: MachineBuilder | None = None
        self._unsubscribe: list[Callable[[], None]] = []

    @property
    def address(self) -> str:
        """Where clients connect: ``opc.tcp://host:port``; the port is known once started."""
        return f"opc.tcp://{authority(self._host, self._listener.port if self._listener else self._port)}"

    @property
    def quirks(self) -> OpcuaQuirks:
        """The wrongnesses that are on."""
        return self._quirks

    async def start(self) -> None:
        """Build the address space and listen.

        Raises ``PortTaken`` if the port is in use, ``NodeSetError`` without NodeSets, ``BindingError`` for a profile that
        does not fit them, ``SecurityError`` for settings that let nobody in.
        """
        policies = self._security.policies(self._host)
        template = await standard_template(self._nodesets)
        iserver = UnitServer(template, Users(self._security, lambda: self._quirks))
        server = self._server = Server(iserver)
        server._application_uri = f"urn:setsubi:{quote(self._equipment.name)}"
        server.name = self._equipment.profile.title.en
        server.set_identity_tokens(self._security.identity_tokens)
        server.set_security_policy(policies, NoAdministration())
        server.limits.max_send_buffer = 65535
        await server.init()
        unit = self._unit = await self._build(server, iserver, template)
        await self._load_certificate(server)
        await self._listen(server, iserver)
        unit.publisher.start()
        self._unsubscribe = [self._equipment.subscribe(self._changed), unit.conditions.start()]
        self._apply_quirks()

    async def stop(self) -> None:
        """Close all connections and stop; harmless if not started."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        if self._unit is not None:
            await self._unit.conditions.stop()
            await self._unit.publisher.stop()
        if self._listener is not None and self._server is not None:
            self._port = self._listener.port
            for session in list(self._unit.sessions.values()) if self._unit else ():
                await session.close_session(True)
            await self._listener.stop()
            await self._server.iserver.stop()
        self._listener = self._server = None

    def set_quirks(self, quirks: OpcuaQuirks | None = None, **fields: Any) -> None:
        """Exchange the quirks, now; without arguments, all are off. Sets may be given as any iterable of strings."""
        self._quirks = quirks or OpcuaQuirks.of(**fields)
        self._apply_quirks()

    async def _build(self, server: Server, iserver: UnitServer, template: Template) -> Unit:
        profile = self._equipment.profile
        own_uri = profile.namespaces[OWN_PREFIX]
        namespaces = [template.namespaces[0], server.get_application_uri(), *template.namespaces[2:]]
        namespaces += [uri for uri in [own_uri, *profile.namespaces.values()] if uri not in namespaces]
        builder = self._builder = MachineBuilder(iserver.aspace, list(dict.fromkeys(namespaces)), own_uri, profile)
        machine = builder.build(self._equipment.name)
        publisher = Publisher(iserver.aspace, lambda: self._quirks)
        unit = Unit(
            self._equipment, iserver.aspace, builder.nodes, machine, publisher, self._quirks, list(builder.index),
            self._without, self._time_scale,
        )  # fmt: skip
        unit.projections = Projections(builder.nodes, machine, builder.index[PACKML])
        unit.conditions = Conditions(unit, lambda: iserver.subscription_service.subscriptions)
        iserver.unit = unit
        await describe_server(server, unit)
        return unit

    async def _load_certificate(self, server: Server) -> None:
        if not self._security.basic256sha256:
            return
        folder = self._security.folder or data_folder()
        certificate, key = certificate_and_key(folder, server.get_application_uri(), self._host)
        await server.load_certificate(certificate, "der")
        server.iserver.private_key = private_key(key)

    async def _listen(self, server: Server, iserver: UnitServer) -> None:
        """Bind first, so that the endpoint descriptions name the real port."""
        listener = UnitListener(iserver, self._host, self._port, server.limits, self._policies)
        try:
            await listener.start()
        except OSError as error:
            iserver.method_service.stop()
            raise PortTaken("OPC UA", self._host, self._port, error) from error
        self._listener = listener
        server.set_endpoint(self.address)
        await server._setup_server_nodes()
        await iserver.start()

    def _policies(self) -> list[Any]:
        assert self._server is not None
        if self._quirks.no_security_policy:
            return [p for p in self._server._policies if p.mode == ua.MessageSecurityMode.None_]
        policies: list[Any] = self._server._policies
        return policies

    def _changed(self, changes: Changes) -> None:
        assert self._unit is not None
        for signal, value in changes.items():
            bound = self._unit.machine.signals.get(signal)
            if bound is not None:
                self._unit.show(bound, value)

    def _apply_quirks(self) -> None:
        """Bring what is served in step with the quirks; before the start there is nothing to do."""
        unit, builder = self._unit, self._builder
        if unit is None or builder is None:
            return
        unit.quirks = self._quirks
        unit.hidden = hidden_nodes(unit, builder)
        unit.access = changed_access(unit, builder)
        tokens = [*self._security.identity_tokens]
        if self._quirks.anonymous_accepted:
            tokens.append(ua.AnonymousIdentityToken)
        if self._server is not None:
            self._server.iserver.supported_tokens = tuple(tokens)
        refresh_server(unit)
        self._changed(self._equipment.values())
