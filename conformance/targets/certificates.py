"""The certificate and key files of a target file, looked at before anything is touched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from conformance.targetfile import Target

_FORMATS = "give a file in DER (.der) or PEM (.pem)"


def check_files(target: Target) -> None:
    """Raises ``TargetFileError`` at the key whose file is missing, cannot be read, or does not fit its partner."""
    endpoint = target.file.opcua
    if endpoint is None:
        return
    certificate = _load(target, "certificate", endpoint.certificate, _certificate, "certificate")
    _load(target, "server_certificate", endpoint.server_certificate, _certificate, "certificate")
    key = _load(target, "private_key", endpoint.private_key, _private_key, "unprotected private key")
    if certificate is not None and key is not None and certificate.public_key() != key.public_key():
        raise target.fail(
            ("opcua", "private_key"), "private_key does not belong to the certificate", "name the key it was made with"
        )


def _load(target: Target, name: str, path: Path | None, load: Callable[[bytes, bool], Any], kind: str) -> Any:
    if path is None:
        return None
    at = ("opcua", name)
    try:
        content = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise target.fail(
            at, f"{name}: {path} cannot be read ({why})", "paths are relative to the target file"
        ) from None
    try:
        return load(content, path.suffix.lower() == ".pem")
    except (ValueError, TypeError):  # TypeError: the key is encrypted
        raise target.fail(at, f"{name}: {path} holds no {kind}", _FORMATS) from None


def _certificate(content: bytes, pem: bool) -> x509.Certificate:
    return x509.load_pem_x509_certificate(content) if pem else x509.load_der_x509_certificate(content)


def _private_key(content: bytes, pem: bool) -> Any:
    return load_pem_private_key(content, None) if pem else load_der_private_key(content, None)
