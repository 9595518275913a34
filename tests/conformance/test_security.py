"""The tester opens signed and encrypted sessions with a certificate of its own, and takes no for an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.user_managers import UserManager
from conformance_servers import free_port
from cryptography.x509.oid import ExtendedKeyUsageOID

from conformance.bench import build_bench
from conformance.errors import Unreachable
from conformance.targetfile import Target, TargetFile
from profiles import load_profile
from profiles.model import Protocol as Wire


class _OneUser(UserManager):
    def get_user(self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None) -> Any:
        return User(role=UserRole.User) if (username, password) == ("tester", "right") else None


@pytest.mark.parametrize("password", ["right", "wrong"])
async def test_a_signed_and_encrypted_session_with_a_user(
    password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETSUBI_TEST_PASSWORD", password)
    server = Server(user_manager=_OneUser())
    await server.init()
    url = f"opc.tcp://127.0.0.1:{free_port()}/x"
    server.set_endpoint(url)
    uri = "urn:setsubi:test:server"
    await server.set_application_uri(uri)
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.der"
    await setup_self_signed_certificate(key, certificate, uri, "localhost", [ExtendedKeyUsageOID.SERVER_AUTH], {})
    await server.load_certificate(str(certificate))
    await server.load_private_key(str(key))
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    secure = {"url": url, "policy": "Basic256Sha256", "user": "tester", "password_env": "SETSUBI_TEST_PASSWORD"}
    file = TargetFile.model_validate({"kind": "mock", "opcua": secure})
    async with server:
        bench = build_bench(Target(file=file, ref="t.yaml"), load_profile("stacking"))
        link = bench.links[Wire.OPCUA]
        if password == "wrong":
            with pytest.raises(Unreachable) as caught:
                await link.connect()
            assert "wrong" not in str(caught.value)
            assert "user" in str(caught.value)
        else:
            await link.connect()
            assert await link.alive()
            assert bench.opcua is not None
            assert not (await bench.opcua.connect_anonymous()).accepted
            assert not (await bench.opcua.connect_with("tester", "guess")).accepted
            assert await link.alive()
        await link.close()
