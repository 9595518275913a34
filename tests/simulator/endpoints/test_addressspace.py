"""Servers share the standard nodes, and none sees what another changes."""

import gzip
import re

import pytest
from asyncua import ua

from simulator.endpoints.addressspace import SharedAddressSpace, standard_template
from simulator.endpoints.errors import NodeSetError
from simulator.endpoints.nodesets import DI, IN_ORDER, load_nodesets

OBJECTS = ua.NodeId(ua.ObjectIds.ObjectsFolder)
NAMESPACES = ua.NodeId(ua.ObjectIds.Server_NamespaceArray)
METHOD = ua.NodeId(ua.ObjectIds.Server_GetMonitoredItems)


async def two() -> tuple[SharedAddressSpace, SharedAddressSpace]:
    template = await standard_template()
    return SharedAddressSpace(template), SharedAddressSpace(template)


async def test_the_template_is_built_once():
    assert await standard_template() is await standard_template()


async def test_a_reference_added_in_one_server_is_not_seen_in_another():
    one, other = await two()
    before = len(other[OBJECTS].references)
    one[OBJECTS].references.append(ua.ReferenceDescription())
    assert len(other[OBJECTS].references) == before


async def test_a_value_changed_in_place_in_one_server_is_not_seen_in_another():
    one, other = await two()
    one.read_attribute_value(NAMESPACES, ua.AttributeIds.Value).Value.Value.append("urn:mine")
    assert "urn:mine" not in other.read_attribute_value(NAMESPACES, ua.AttributeIds.Value).Value.Value


async def test_a_method_linked_in_one_server_is_not_linked_in_another():
    one, other = await two()
    one.add_method_callback(METHOD, print)
    assert other[METHOD].call is None


async def test_a_subscription_in_one_server_is_not_in_another():
    one, other = await two()
    one.add_datachange_callback(NAMESPACES, ua.AttributeIds.Value, print)
    assert not other[NAMESPACES].attributes[ua.AttributeIds.Value].datachange_callbacks


async def test_a_node_deleted_in_one_server_stays_in_another():
    one, other = await two()
    del one[METHOD]
    assert METHOD not in one
    assert one.get(METHOD) is None
    assert METHOD not in set(one.keys())
    assert METHOD in other


async def test_looking_at_a_node_copies_nothing():
    one, _ = await two()
    assert one.peek(OBJECTS) is not None
    one.read_attribute_value(OBJECTS, ua.AttributeIds.DisplayName)
    assert one.overlay.copied == 0


def test_a_folder_without_nodesets_is_one_clear_error(tmp_path):
    with pytest.raises(NodeSetError, match=re.escape(f"no NodeSet for {DI}")):
        load_nodesets(tmp_path)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "broken.xml").write_text("<UANodeSet")
    with pytest.raises(NodeSetError, match=r"broken\.xml"):
        load_nodesets(tmp_path)


def test_what_is_no_folder_is_named(tmp_path):
    with pytest.raises(NodeSetError, match="is not a folder"):
        load_nodesets(tmp_path / "nowhere")


def test_nodesets_are_found_in_a_folder_packed_or_not(tmp_path):
    for number, nodeset in enumerate(load_nodesets()):
        packed = number % 2 == 0
        path = tmp_path / f"{number}.xml{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(nodeset.xml) if packed else nodeset.xml)
    assert [n.uri for n in load_nodesets(tmp_path)] == list(IN_ORDER)


async def test_a_model_that_is_required_and_not_loaded_is_named(tmp_path):
    from asyncua import Server

    from simulator.endpoints.nodesets import import_nodesets

    with pytest.raises(NodeSetError, match=DI):
        await import_nodesets(Server(), load_nodesets()[1:2])
