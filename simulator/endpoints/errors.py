"""Errors of the endpoints.

::

    PortTaken        somebody else listens there (or the address is not ours)
    NodeSetError     an OPC UA NodeSet file is missing, damaged or does not fit the others
    BindingError     a profile binds a signal or method where it cannot live
    SecurityError    the security settings of an endpoint contradict themselves
"""

from __future__ import annotations

from profiles.addresses import authority


class PortTaken(Exception):
    """An endpoint cannot listen where it was told to."""

    def __init__(self, what: str, host: str, port: int, error: OSError) -> None:
        reason = error.strerror or str(error)
        super().__init__(
            f"{what} cannot listen on {authority(host, port)} ({reason}); "
            "choose another port (--base-port) or host (--host), or stop who uses it"
        )
        self.what, self.host, self.port = what, host, port


class NodeSetError(Exception):
    """An OPC UA NodeSet file is missing, damaged or does not fit the others."""


class BindingError(Exception):
    """A profile binds a signal or method where it cannot live."""


class SecurityError(Exception):
    """The security settings of an endpoint contradict themselves."""
