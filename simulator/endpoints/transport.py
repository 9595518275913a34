"""The wire beneath the services: one processor per connection, and the listening socket.

The library dispatches no BrowseNext and reports an occupied port as it comes from the system.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.server.binary_server_asyncio import BinaryServer, OPCUAProtocol
from asyncua.server.internal_server import InternalServer
from asyncua.server.uaprocessor import UaProcessor
from asyncua.ua.ua_binary import struct_from_binary

from simulator.endpoints.addressspace import SharedAddressSpace, Template
from simulator.endpoints.session import UnitSession
from simulator.endpoints.unit import Unit

_CREATE_SESSION = ua.NodeId(ua.ObjectIds.CreateSessionRequest_Encoding_DefaultBinary)
_BROWSE_NEXT = ua.NodeId(ua.ObjectIds.BrowseNextRequest_Encoding_DefaultBinary)


class UnitServer(InternalServer):  # type: ignore[misc]
    """The library's internal server over a template, with sessions of ours."""

    def __init__(self, template: Template, user_manager: Any) -> None:
        super().__init__(user_manager=user_manager)
        self.unit: Unit
        self.aspace = aspace = SharedAddressSpace(template)
        for service in (self.attribute_service, self.view_service, self.method_service, self.node_mgt_service):
            service._aspace = aspace
        self.subscription_service.aspace = aspace
        self.isession.aspace = aspace

    async def load_standard_address_space(self, shelf_file: Any = None) -> None:
        """Nothing to load: the template has it."""

    async def stop(self) -> None:
        """Stop at once: the library would wait for its clock's next tick, up to a second."""
        clock: asyncio.Task[None] | None = getattr(self, "time_task", None)
        if clock is not None:
            clock.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await clock
        self.time_task: asyncio.Task[None] | None = None
        await super().stop()

    def create_session(self, name: str, user: Any = None, external: bool = False) -> Any:
        """A session for a client."""
        args = (self, self.aspace, self.subscription_service, name)
        return UnitSession(self.unit, *args, external=external)

    async def get_endpoints(self, params: Any = None, sockname: Any = None) -> list[ua.EndpointDescription]:
        """The endpoints, as the quirks let them be seen."""
        found: list[ua.EndpointDescription] = await super().get_endpoints(params, sockname)
        if self.unit.quirks.no_security_policy:
            return [e for e in found if e.SecurityMode == ua.MessageSecurityMode.None_]
        return found


class UnitProcessor(UaProcessor):  # type: ignore[misc]
    """Serves one connection."""

    async def _process_message(self, typeid: ua.NodeId, requesthdr: Any, seqhdr: Any, body: Any) -> Any:
        delay = self.iserver.unit.quirks.slow_reply
        if delay > 0:
            await asyncio.sleep(delay)
        if typeid == _CREATE_SESSION and self._is_secured() and self.iserver.unit.quirks.secure_sessions_refused:
            raise ServiceError(ua.StatusCodes.BadServiceUnsupported)
        if typeid == _BROWSE_NEXT and self.session is not None and self.session.is_activated():
            self.session.touch()
            params = struct_from_binary(ua.BrowseNextParameters, body)
            response = ua.BrowseNextResponse()
            response.Parameters.Results = await self.session.browse_next(params)
            self.send_response(requesthdr.RequestHandle, seqhdr, response)
            return True
        return await super()._process_message(typeid, requesthdr, seqhdr, body)

    def _is_secured(self) -> bool:
        return bool(self._connection.security_policy.Mode != ua.MessageSecurityMode.None_)


class UnitProtocol(OPCUAProtocol):  # type: ignore[misc]
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, with a processor of ours."""
        super().connection_made(transport)
        accepted: bool = self.processor is not None
        if accepted:
            self.processor: UnitProcessor = UnitProcessor(self.iserver, self.transport, self.limits)
            self.processor.set_policies(self.policies)


class UnitListener(BinaryServer):  # type: ignore[misc]
    """The listening socket; ``policies`` is asked at each connection."""

    def __init__(
        self, iserver: UnitServer, host: str, port: int, limits: Any, policies: Callable[[], list[Any]]
    ) -> None:
        super().__init__(iserver, host, port, limits)
        self._current_policies = policies

    def _make_protocol(self) -> OPCUAProtocol:
        return UnitProtocol(
            iserver=self.iserver,
            policies=self._current_policies(),
            clients=self.clients,
            closing_tasks=self.closing_tasks,
            limits=self.limits,
        )
