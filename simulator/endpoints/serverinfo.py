"""The Server object: namespaces, status, build, profiles, capabilities, minimal diagnostics (OPC 10000-5 clause 6.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from asyncua import Server, ua

from profiles.timescale import PRODUCT_URI, said
from simulator.endpoints.nodes import A, O
from simulator.endpoints.publisher import stamped
from simulator.endpoints.unit import Unit

PROFILES = [
    "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary",
    "http://opcfoundation.org/UA-Profile/Server/EmbeddedUA2017",
    "http://opcfoundation.org/UA-Profile/Server/DataAccess",
    "http://opcfoundation.org/UA-Profile/Server/Methods",
    "http://opcfoundation.org/UA-Profile/Server/AckAlarm",
    "http://opcfoundation.org/UA-Profile/Server/UserToken-Anonymous",
]
"""What is served in spirit; no certification is claimed."""

_LIMIT = 10_000


async def describe_server(server: Server, unit: Unit) -> None:
    """Fill the Server object once, at start."""
    build = "0" if unit.time_scale is None else said(unit.time_scale)
    await server.set_build_info(
        PRODUCT_URI, "setsubi", unit.equipment.profile.title.en, _own_version(), build, datetime.now(UTC)
    )
    for nodeid, variant in (
        (O.Server_ServerCapabilities_ServerProfileArray, ua.Variant(PROFILES, ua.VariantType.String)),
        (O.Server_ServerCapabilities_LocaleIdArray, ua.Variant(["en", "ja"], ua.VariantType.String)),
        (O.Server_ServerCapabilities_MinSupportedSampleRate, ua.Variant(10.0, ua.VariantType.Double)),
        (O.Server_ServerCapabilities_MaxBrowseContinuationPoints, ua.Variant(20, ua.VariantType.UInt16)),
        (O.Server_ServerCapabilities_MaxArrayLength, ua.Variant(_LIMIT, ua.VariantType.UInt32)),
        (O.Server_ServerCapabilities_MaxStringLength, ua.Variant(_LIMIT, ua.VariantType.UInt32)),
        (O.Server_ServerDiagnostics_EnabledFlag, ua.Variant(False, ua.VariantType.Boolean)),
        (O.Server_ServerDiagnostics_ServerDiagnosticsSummary,
         ua.Variant(ua.ServerDiagnosticsSummaryDataType(), ua.VariantType.ExtensionObject)),
        (O.Server_ServerRedundancy_RedundancySupport, ua.Variant(0, ua.VariantType.Int32)),
        (O.Server_Auditing, ua.Variant(False, ua.VariantType.Boolean)),
    ):  # fmt: skip
        node = ua.NodeId(nodeid)
        if unit.aspace.peek(node) is not None:
            unit.publisher.put(node, stamped(variant))
    refresh_server(unit)


def refresh_server(unit: Unit) -> None:
    """Bring namespaces and state in step with the quirks."""
    namespaces = list(unit.namespaces)
    if unit.quirks.wrong_namespace_uri:
        own = unit.nodes.namespace
        namespaces[own] = f"{namespaces[own].rpartition(':')[0]}:v999"
    if unit.quirks.duplicate_namespace:
        namespaces += ["", namespaces[unit.nodes.namespace]]
    array = ua.Variant(namespaces, ua.VariantType.String)
    unit.publisher.put(ua.NodeId(O.Server_NamespaceArray), stamped(array))
    state = ua.ServerState.Failed if unit.quirks.server_state_wrong else ua.ServerState.Running
    unit.publisher.put(ua.NodeId(O.Server_ServerStatus_State), stamped(ua.Variant(state, ua.VariantType.Int32)))
    status = unit.nodes.get(ua.NodeId(O.Server_ServerStatus), A.Value)
    if isinstance(status, ua.ServerStatusDataType):
        status.State = state  # the library's clock copies it forward every second


def _own_version() -> str:
    try:
        return version("setsubi")
    except PackageNotFoundError:  # run from a source tree
        return "0.0.0"
