"""Network addresses as they are written."""

from __future__ import annotations


def authority(host: str, port: int | str) -> str:
    """``host:port`` of a URL; an IPv6 address stands in brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
