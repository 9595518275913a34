"""One OPC UA session: security, connecting, reconnecting, and one door for every service call."""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from conformance.clock import MachineClock
from conformance.errors import TargetLost, Unreachable
from conformance.targetfile import OpcuaEndpoint, Timeouts
from conformance.targets.opcuapaths import Names, find_machine
from conformance.targets.uastack import Client, security_policies, ua
from conformance.targets.within import within
from conformance.transcript import Transcript

T = TypeVar("T")
_POLICIES = {
    "Basic256Sha256": security_policies.SecurityPolicyBasic256Sha256,
    "Aes128_Sha256_RsaOaep": security_policies.SecurityPolicyAes128Sha256RsaOaep,
    "Aes256_Sha256_RsaPss": security_policies.SecurityPolicyAes256Sha256RsaPss,
}
_QUIET_PROBE_S = 30.0  # the library's own liveness probe would blur the transcript and our notion of "lost"
_GONE = {
    "BadConnectionClosed", "BadSecureChannelClosed", "BadSecureChannelIdInvalid", "BadSessionIdInvalid", "BadSessionClosed",
    "BadServerNotConnected", "BadTcpInternalError", "BadCommunicationError", "BadTimeout", "BadRequestTimeout",
    "BadShutdown", "BadServerHalted",
}  # fmt: skip


class ServiceRefused(Exception):
    """A whole service call was answered by a fault."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class OpcuaSession:
    """Owns the client. ``machine`` is the machine's node id, or ``None`` with the reason in ``machine_name``."""

    def __init__(
        self,
        endpoint: OpcuaEndpoint,
        prefixes: dict[str, str],
        machine: str | None,
        clock: MachineClock,
        transcript: Transcript,
        timeouts: Timeouts,
    ) -> None:
        self.endpoint = endpoint
        self.address = endpoint.url
        self.generation = 0  # grows with every connection; resolved nodes belong to one generation
        self.names = Names(prefixes, [])
        self.machine: Any = None
        self.machine_name = "not connected"
        self._prefixes, self._wanted = prefixes, machine
        self._clock, self._transcript, self._timeouts = clock, transcript, timeouts
        self._client: Any = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._mending = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        return self._client is not None and self._client.uaclient.has_session

    async def connect(self) -> None:
        """Raises ``Unreachable`` with the reason and the mend."""
        quiet_library()
        await self.close()
        client = self.new_client()
        try:
            async with within(self._timeouts.connect_s):
                await self.secure(client)
                await client.connect(auto_reconnect=False)
            self._client = client
            await self._orient()
        except ServiceRefused as error:
            await self.close()
            raise Unreachable(self.address, f"the server answers {error.status}") from None
        except Exception as error:
            await self.close()
            raise self._unreachable(error) from None

    def new_client(self) -> Any:
        """A client of the endpoint, not yet secured or connected."""
        client = Client(self.endpoint.url, timeout=self._timeouts.request_s, watchdog_intervall=_QUIET_PROBE_S)
        client.name = client.description = "setsubi"
        if self.endpoint.user is not None:
            client.set_user(self.endpoint.user)
            client.set_password(self.endpoint.password or "")
        return client

    async def secure(self, client: Any, policy: str | None = None) -> None:
        """Set policy, mode and certificates as the endpoint says; with ``policy``, this one, signed and encrypted."""
        endpoint = self.endpoint
        mode = endpoint.mode if policy is None else "SignAndEncrypt"
        policy = policy or endpoint.policy
        if policy == "None":
            return
        certificate, key = endpoint.certificate, endpoint.private_key
        if certificate is None or key is None:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="setsubi-")
            folder = Path(self._folder.name)
            certificate, key = folder / "client.der", folder / "client.pem"
            await client.setup_self_signed_certificate(key, certificate)
        await client.set_security(
            _POLICIES[policy],
            certificate,
            key,
            server_certificate=None if endpoint.server_certificate is None else str(endpoint.server_certificate),
            mode=getattr(ua.MessageSecurityMode, mode or "SignAndEncrypt"),
        )

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await shut(client)

    async def forget(self) -> None:
        """Close for good, temporary certificates too."""
        await self.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    async def ensure(self) -> None:
        """Reconnect if the session is gone, within ``connect_s``; ``TargetLost`` if that fails."""
        if self.is_open:
            return
        async with self._mending:
            deadline = self._clock.wall() + self._timeouts.connect_s
            while not self.is_open:
                try:
                    await self.connect()
                    self._transcript.add("opcua", "connect", self.address, None, "Good")
                except Unreachable as error:
                    if self._clock.wall() >= deadline:
                        raise TargetLost(str(error)) from None
                    await asyncio.sleep(0.1)

    async def service(self, send: Callable[[Any], Awaitable[T]], what: str, *, again: bool = True) -> T:
        """One service call. A broken connection is mended and, where the call has no effect, the call repeated once.

        Raises ``ServiceRefused`` for a service fault and ``TargetLost`` when no answer came.
        """
        await self.ensure()
        try:
            return await self._send(send, what)
        except TargetLost:
            if not again:
                raise
            await self.ensure()
            return await self._send(send, what)

    async def _send(self, send: Callable[[Any], Awaitable[T]], what: str) -> T:
        client = self._client
        if client is None:
            raise TargetLost(f"{self.address}: not connected")
        try:
            async with asyncio.timeout(self._timeouts.request_s * 2):
                return await send(client.uaclient)
        except ua.UaStatusCodeError as error:
            status = ua.StatusCode(error.code).name
            if status not in _GONE:
                raise ServiceRefused(status) from None
            reason = status
        except (TimeoutError, OSError, ua.UaError) as error:
            reason = type(error).__name__
        except asyncio.CancelledError:
            raise
        except Exception as error:  # the library raises plain errors on answers that it cannot read
            reason = f"unreadable answer ({type(error).__name__}: {error})"
        self._transcript.add("opcua", what, self.address, None, f"no answer: {reason}")
        await self.close()
        raise TargetLost(f"{self.address}: no answer to {what} ({reason})")

    async def _orient(self) -> None:
        """Learn the namespaces and find the machine; a server without one is a finding, not an error."""
        array = await self._send(
            lambda c: c.read_attributes([ua.NodeId(ua.ObjectIds.Server_NamespaceArray)], ua.AttributeIds.Value), "Read"
        )
        self.names = Names(self._prefixes, [str(u) for u in array[0].Value.Value or []])
        try:
            self.machine, self.machine_name = await self._send(
                lambda c: find_machine(c, self.names, self._wanted), "Browse"
            )
        except ServiceRefused as error:
            self.machine, self.machine_name = None, f"Objects/Machines cannot be browsed ({error.status})"
        self.generation += 1
        self._transcript.add(
            "opcua", "find machine", "Objects/Machines", self.machine_name, "Good" if self.machine else "Bad"
        )

    def _unreachable(self, error: Exception) -> Unreachable:
        if isinstance(error, Unreachable):
            return error
        if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
            return Unreachable(
                self.address, "no OPC UA answer in time", "is it an OPC UA server, and is its name right?"
            )
        if isinstance(error, ua.UaStatusCodeError):
            return Unreachable(self.address, f"the server answers {ua.StatusCode(error.code).name}", _mend(error))
        if isinstance(error, socket.gaierror):
            return Unreachable(self.address, "the name of the host is not known", "correct it, or give its IP address")
        closed = isinstance(error, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError))
        if closed or (isinstance(error, ConnectionError) and error.errno is None):
            return Unreachable(
                self.address, "what answers there does not speak OPC UA", "check the port; is it an OPC UA server?"
            )
        if isinstance(error, OSError):
            return Unreachable(self.address, f"no connection ({error.strerror or type(error).__name__})")
        return Unreachable(
            self.address, f"no OPC UA session ({type(error).__name__}: {error})", "check policy, mode and certificates"
        )


def _mend(error: Any) -> str:
    name = ua.StatusCode(error.code).name
    if "Certificate" in name or "SecurityChecks" in name:
        return "trust the tester's certificate at the server, or give certificate and private_key in the target file"
    if "User" in name or "Identity" in name:
        return "check user and password_env in the target file"
    return "check policy, mode and user in the target file"


async def shut(client: Any) -> None:
    """Disconnect, whatever state the connection is in; never raises and never hangs."""
    try:
        async with within(2.0):
            await client.disconnect()
    except asyncio.CancelledError:
        raise
    except Exception:
        client.disconnect_socket()


def quiet_library() -> None:
    """The library logs what the transcript says better."""
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    logging.getLogger("pymodbus").setLevel(logging.CRITICAL)
