"""Who may connect, and how: policies, users, the server's certificate.

Security policy None is offered on loopback hosts only. Basic256Sha256 (SignAndEncrypt) works with a self-signed
certificate that is made on first start and kept, so that a client's trust in it lasts.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.crypto.permission_rules import ADMIN_TYPES, PermissionRuleset, User, UserRole
from asyncua.server.user_managers import UserManager
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.endpoints.errors import SecurityError
from simulator.endpoints.quirks import OpcuaQuirks

VALID_FOR = timedelta(days=5 * 365)


@dataclass(frozen=True)
class SecuritySettings:
    """What the endpoint offers. ``users`` maps names to passwords; ``folder`` holds certificate and key."""

    none: bool = True  # offered on loopback hosts only, whatever this says
    basic256sha256: bool = True
    anonymous: bool = True
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: Path | None = None

    def policies(self, host: str) -> list[ua.SecurityPolicyType]:
        """The policies to offer on ``host``; raises ``SecurityError`` if that leaves none, or nobody to let in."""
        offered = []
        if self.none and is_loopback(host):
            offered.append(ua.SecurityPolicyType.NoSecurity)
        if self.basic256sha256:
            offered.append(ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt)
        if not offered:
            raise SecurityError(
                f"no security policy is left for {host}: None is for loopback only; offer Basic256Sha256"
            )
        if not self.anonymous and not self.users:
            raise SecurityError("neither anonymous nor any user may connect; allow one of them")
        return offered

    @property
    def identity_tokens(self) -> list[type]:
        """The kinds of user identity that are accepted."""
        tokens: list[type] = [ua.AnonymousIdentityToken] if self.anonymous else []
        return [*tokens, ua.UserNameIdentityToken] if self.users else tokens


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Users(UserManager):  # type: ignore[misc]
    """Lets anonymous users and those with the right password in; nobody is an administrator of the address space."""

    def __init__(self, settings: SecuritySettings, quirks: Callable[[], OpcuaQuirks]) -> None:
        self._settings = settings
        self._quirks = quirks

    def get_user(
        self, iserver: Any, username: str | None = None, password: str | None = None, certificate: Any = None
    ) -> User | None:
        """The user, or None to refuse (the library answers BadUserAccessDenied)."""
        if username is None:
            quirks = self._quirks()
            allowed = (self._settings.anonymous and not quirks.anonymous_refused) or quirks.anonymous_accepted
            return User(role=UserRole.User) if allowed else None
        expected = self._settings.users.get(username)
        given = (password or "").encode()
        if expected is None:
            return None
        if not hmac.compare_digest(expected.encode(), given) and not self._quirks().any_password:
            return None
        return User(role=UserRole.User, name=username)


class NoAdministration(PermissionRuleset):  # type: ignore[misc]
    """Every service but those that change the address space or register servers."""

    def __init__(self) -> None:
        self._forbidden = {ua.NodeId(kind) for kind in ADMIN_TYPES}

    def check_validity(self, user: User, action_type: ua.NodeId, body: Any) -> bool:
        """Whether a service may be called."""
        return action_type not in self._forbidden


def data_folder() -> Path:
    """Where this user's certificates are kept unless told otherwise."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "setsubi" / "pki"


def certificate_and_key(folder: Path, application_uri: str, host: str) -> tuple[bytes, bytes]:
    """The certificate of an application (DER) and the folder's private key (PEM), made if need be.

    All servers of a folder share one key, because making one takes longest; each has a certificate of its own, since a
    certificate names its application.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key_path = folder / "own.key.pem"
    key = _load_or_make_key(key_path)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(application_uri.encode() + b"|" + host.encode())
    certificate_path = folder / f"{digest.finalize().hex()[:16]}.der"
    if certificate_path.exists():
        der = certificate_path.read_bytes()
        if _still_fits(der, key):
            return der, key_path.read_bytes()
    der = _make_certificate(key, application_uri, host)
    _write_atomically(certificate_path, der)
    return der, key_path.read_bytes()


@lru_cache(maxsize=4)
def private_key(pem: bytes) -> Any:
    """The key in a PEM. Loading one tests its primes, which takes longer than anything else here."""
    return serialization.load_pem_private_key(pem, None)


def _load_or_make_key(path: Path) -> rsa.RSAPrivateKey:
    if path.exists():
        key = private_key(path.read_bytes())
        if not isinstance(key, rsa.RSAPrivateKey):
            raise SecurityError(f"{path} holds no RSA key; remove it, and a new one is made")
        return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write_atomically(path, pem, mode=0o600)
    return key


def _write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Servers that start together may write the same file; none may see half of it."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    partial.replace(path)


def _still_fits(der: bytes, key: rsa.RSAPrivateKey) -> bool:
    certificate = x509.load_der_x509_certificate(der)
    return certificate.public_key() == key.public_key() and certificate.not_valid_after_utc > datetime.now(UTC)


def _make_certificate(key: rsa.RSAPrivateKey, application_uri: str, host: str) -> bytes:
    """A self-signed application instance certificate (OPC 10000-6 clause 6.2.2)."""
    now = datetime.now(UTC)
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "setsubi"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "setsubi")]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=True,
        key_agreement=False, key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    extended = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_alternative_names(application_uri, host)), critical=False)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage(extended), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)


def _alternative_names(application_uri: str, host: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(application_uri), x509.DNSName("localhost")]
    try:
        names.append(x509.IPAddress(ipaddress.ip_address(host)))
    except ValueError:
        names.append(x509.DNSName(host))
    own = socket.gethostname()
    return names if own in (host, "localhost") or not own.isascii() else [*names, x509.DNSName(own)]
