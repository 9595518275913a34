"""What can go wrong with an endpoint.

::

    EndpointError
    ├── AddressInUse    another program listens on the port
    ├── NodeSetError    an OPC UA NodeSet file is missing, damaged or does not fit the others
    └── BindingError    a profile binds a signal or method where it cannot live
"""

from __future__ import annotations


class EndpointError(Exception):
    """An endpoint cannot be built or started; the message names the place and the mend."""


class AddressInUse(EndpointError):
    """Another program listens on the port."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"port {port} of {host} is in use by another program; choose another port, or 0 for a free one")
        self.host = host
        self.port = port


class NodeSetError(EndpointError):
    """An OPC UA NodeSet file is missing, damaged or does not fit the others."""


class BindingError(EndpointError):
    """A profile binds a signal or method where it cannot live."""
