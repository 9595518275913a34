"""Errors of the endpoints.

::

    PortTaken    somebody else listens there (or the address is not ours)
"""

from __future__ import annotations


class PortTaken(Exception):
    """An endpoint cannot listen where it was told to."""

    def __init__(self, what: str, host: str, port: int, error: OSError) -> None:
        reason = error.strerror or str(error)
        super().__init__(
            f"{what} cannot listen on {host}:{port} ({reason}); choose another port or host, or stop who uses it"
        )
        self.what, self.host, self.port = what, host, port
