"""Who may connect, and how."""

import pytest
from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from opcua_clients import SOON, keys, node, serving

from simulator.endpoints.errors import SecurityError
from simulator.endpoints.opcua import OpcuaEndpoint
from simulator.endpoints.security import SecuritySettings, certificate_and_key, is_loopback

CLIENT_URI = "urn:setsubi:test-client"


async def encrypted(address: str) -> Client:
    """A client with a certificate of its own."""
    folder = keys() / "client"
    certificate, _ = certificate_and_key(folder, CLIENT_URI, "127.0.0.1")
    (folder / "client.der").write_bytes(certificate)
    client = Client(address, timeout=SOON)
    client.application_uri = CLIENT_URI
    await client.set_security(
        SecurityPolicyBasic256Sha256, str(folder / "client.der"), str(folder / "own.key.pem"),
        mode=ua.MessageSecurityMode.SignAndEncrypt,
    )  # fmt: skip
    return client


async def test_an_encrypted_session_reads_and_writes():
    async with serving() as endpoint, await encrypted(endpoint.address) as client:
        speed = await node(client, "s:Recipe/s:Speed")
        await speed.write_value(60.0, ua.VariantType.Float)
        assert await speed.read_value() == 60.0


async def test_the_endpoints_offered_are_none_and_basic256sha256():
    async with serving() as endpoint:
        offered = await Client(endpoint.address).connect_and_get_server_endpoints()
        policies = {(e.SecurityPolicyUri.rpartition("#")[2], e.SecurityMode.name) for e in offered}
        assert policies == {("None", "None_"), ("Basic256Sha256", "SignAndEncrypt")}
        assert all(e.EndpointUrl.startswith(endpoint.address) for e in offered)


async def test_a_user_with_the_right_password_may_connect_and_others_may_not():
    async with serving(anonymous=False, users={"line": "secret"}) as endpoint:
        for name, password, welcome in (("line", "secret", True), ("line", "wrong", False), ("nobody", "", False)):
            client = await encrypted(endpoint.address)
            client.set_user(name)
            client.set_password(password)
            if welcome:
                async with client:
                    assert await (await node(client, "s:Production/s:Good")).read_value() == 7
                continue
            with pytest.raises(ua.UaStatusCodeError, match="BadUserAccessDenied"):
                await client.connect()


async def test_an_anonymous_user_is_refused_where_users_are_wanted():
    async with serving(anonymous=False, users={"line": "secret"}) as endpoint:
        with pytest.raises(ua.UaError):
            await Client(endpoint.address, timeout=SOON).connect()


async def test_without_loopback_none_is_not_offered():
    settings = SecuritySettings()
    assert ua.SecurityPolicyType.NoSecurity in settings.policies("127.0.0.1")
    assert settings.policies("0.0.0.0") == [ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt]


@pytest.mark.parametrize(
    ("settings", "words"),
    [(SecuritySettings(basic256sha256=False), "no security policy"), (SecuritySettings(anonymous=False), "neither")],
)
async def test_settings_that_let_nobody_in_are_one_clear_error(settings, words):
    from fakes_opcua import FakeEquipment

    with pytest.raises(SecurityError, match=words):
        await OpcuaEndpoint(FakeEquipment(), host="0.0.0.0", security=settings).start()


def test_a_certificate_is_made_once_and_kept(tmp_path):
    first = certificate_and_key(tmp_path, "urn:a", "127.0.0.1")
    assert certificate_and_key(tmp_path, "urn:a", "127.0.0.1") == first
    other = certificate_and_key(tmp_path, "urn:b", "127.0.0.1")
    assert other[0] != first[0]
    assert other[1] == first[1]


@pytest.mark.parametrize(
    ("host", "own"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False)]
)
def test_loopback_hosts_are_known(host, own):
    assert is_loopback(host) is own
