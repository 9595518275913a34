"""Adding nodes to an address space: plain ones, and instances of types.

asyncua's own instantiation is asynchronous, slow (each node takes several service calls), and all or nothing for
optional members. Here the node records are made directly; an instance gets the mandatory members and those optional
ones that are asked for (OPC 10000-3 clause 6.4.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from asyncua import ua
from asyncua.server.address_space import AttributeValue, NodeData

from simulator.endpoints.addressspace import SharedAddressSpace

Path = tuple[str, ...]
Wanted = Callable[[Path], bool]
"""Whether an optional member is wanted, by its names from the instance down."""

O = ua.ObjectIds  # noqa: E741 - the shortest name for what every line uses
HAS_COMPONENT = ua.NodeId(O.HasComponent)
HAS_PROPERTY = ua.NodeId(O.HasProperty)
HAS_ADDIN = ua.NodeId(17604)
ORGANIZES = ua.NodeId(O.Organizes)
HAS_TYPE = ua.NodeId(O.HasTypeDefinition)
HAS_SUBTYPE = ua.NodeId(O.HasSubtype)
HAS_MODELLING_RULE = ua.NodeId(O.HasModellingRule)
HAS_INTERFACE = ua.NodeId(17603)
_MEMBERSHIP = (HAS_COMPONENT, HAS_PROPERTY, HAS_ADDIN)
_MANDATORY = ua.NodeId(O.ModellingRule_Mandatory)
_OPTIONAL = ua.NodeId(O.ModellingRule_Optional)

A = ua.AttributeIds


class NodeBuilder:
    """Makes nodes in one address space. New nodes have string ids: the parent's path and the browse name."""

    def __init__(self, aspace: SharedAddressSpace, namespace: int) -> None:
        self.aspace = aspace
        self.namespace = namespace

    def add(
        self,
        parent: ua.NodeId,
        name: ua.QualifiedName,
        node_class: ua.NodeClass,
        type_definition: ua.NodeId | None = None,
        reference: ua.NodeId = HAS_COMPONENT,
        attributes: Mapping[ua.AttributeIds, ua.Variant] | None = None,
    ) -> ua.NodeId:
        """Add one new node under ``parent``; returns its id."""
        nodeid = self._id_below(parent, name)
        node = NodeData(nodeid)
        given = {
            A.NodeId: ua.Variant(nodeid, ua.VariantType.NodeId),
            A.NodeClass: ua.Variant(node_class, ua.VariantType.Int32),
            A.BrowseName: ua.Variant(name, ua.VariantType.QualifiedName),
            A.DisplayName: ua.Variant(ua.LocalizedText(name.Name), ua.VariantType.LocalizedText),
            A.Description: ua.Variant(ua.LocalizedText(), ua.VariantType.LocalizedText),
            A.WriteMask: ua.Variant(0, ua.VariantType.UInt32),
            A.UserWriteMask: ua.Variant(0, ua.VariantType.UInt32),
            **(attributes or {}),
        }
        for attribute, variant in given.items():
            node.attributes[attribute] = AttributeValue(ua.DataValue(variant))
        self.aspace[nodeid] = node
        if type_definition is not None:
            node.references.append(self._description(HAS_TYPE, type_definition, forward=True))
        node.references.append(self._description(reference, parent, forward=False))
        self.aspace[parent].references.append(self._description(reference, nodeid, forward=True))
        return nodeid

    def add_object(
        self, parent: ua.NodeId, name: ua.QualifiedName, type_definition: int = O.FolderType, text: str | None = None
    ) -> ua.NodeId:
        """Add an object, a folder unless told otherwise."""
        attributes = {A.EventNotifier: ua.Variant(0, ua.VariantType.Byte)}
        if text is not None:
            attributes[A.DisplayName] = ua.Variant(ua.LocalizedText(text, "en"), ua.VariantType.LocalizedText)
        return self.add(parent, name, ua.NodeClass.Object, ua.NodeId(type_definition), attributes=attributes)

    def add_property(
        self, parent: ua.NodeId, name: str, value: ua.Variant, datatype: ua.NodeId | None = None
    ) -> ua.NodeId:
        """Add a read-only property of namespace 0, or set it if the instance has it already."""
        browse_name = ua.QualifiedName(name, 0)
        nodeid = self.child(parent, browse_name)
        if nodeid is None:
            nodeid = self.add(
                parent,
                browse_name,
                ua.NodeClass.Variable,
                ua.NodeId(O.PropertyType),
                HAS_PROPERTY,
                variable_attributes(datatype or ua.NodeId(value.VariantType.value), -1 if not value.is_array else 1),
            )
        self.set(nodeid, A.Value, value)
        return nodeid

    def instantiate(
        self,
        parent: ua.NodeId,
        name: ua.QualifiedName,
        type_definition: ua.NodeId,
        reference: ua.NodeId = HAS_COMPONENT,
        wanted: Wanted = lambda _: False,
    ) -> ua.NodeId:
        """Add an object of a type, with its mandatory and the ``wanted`` optional members, of its supertypes too."""
        root = self.add(
            parent,
            name,
            ua.NodeClass.Object,
            type_definition,
            reference,
            {A.EventNotifier: ua.Variant(0, ua.VariantType.Byte)},
        )
        self._add_members(root, type_definition, (), wanted)
        return root

    def refer(self, source: ua.NodeId, reference: ua.NodeId, target: ua.NodeId, inverse: bool = True) -> None:
        """Add a reference, and its inverse, unless there is one already. Targets of types keep no inverse."""
        self._add_reference(source, reference, target, forward=True)
        if inverse:
            self._add_reference(target, reference, source, forward=False)

    def child(self, parent: ua.NodeId, name: ua.QualifiedName) -> ua.NodeId | None:
        """The member of ``parent`` with a browse name."""
        node = self.aspace.peek(parent)
        for ref in node.references if node is not None else ():
            if ref.IsForward and ref.BrowseName == name and ref.ReferenceTypeId in (*_MEMBERSHIP, ORGANIZES):
                found: ua.NodeId = ref.NodeId
                return found
        return None

    def descendant(self, parent: ua.NodeId, names: list[ua.QualifiedName]) -> ua.NodeId | None:
        """The node at the end of a browse path."""
        here: ua.NodeId | None = parent
        for name in names:
            here = self.child(here, name) if here is not None else None
        return here

    def set(self, nodeid: ua.NodeId, attribute: ua.AttributeIds, variant: ua.Variant) -> None:
        """Set an attribute while building; nobody is told."""
        self.aspace[nodeid].attributes[attribute] = AttributeValue(ua.DataValue(variant))

    def get(self, nodeid: ua.NodeId, attribute: ua.AttributeIds) -> object:
        """An attribute's value, or None."""
        node = self.aspace.peek(nodeid)
        held = node.attributes.get(attribute) if node is not None else None
        return held.value.Value.Value if held is not None and held.value and held.value.Value else None

    def _id_below(self, parent: ua.NodeId, name: ua.QualifiedName) -> ua.NodeId:
        own = parent.NamespaceIndex == self.namespace and isinstance(parent.Identifier, str)
        return ua.NodeId(f"{parent.Identifier}/{name.Name}" if own else str(name.Name), self.namespace)

    def _add_members(self, instance: ua.NodeId, declared_by: ua.NodeId, path: Path, wanted: Wanted) -> None:
        for reference, declaration, rule in self._declarations(declared_by):
            name = self.get(declaration, A.BrowseName)
            assert isinstance(name, ua.QualifiedName)
            below = (*path, str(name.Name))
            if self.child(instance, name) is not None or not (rule == _MANDATORY or wanted(below)):
                continue
            self._add_copy(instance, name, declaration, reference, below, wanted)

    def _add_copy(
        self,
        parent: ua.NodeId,
        name: ua.QualifiedName,
        declaration: ua.NodeId,
        reference: ua.NodeId,
        path: Path,
        wanted: Wanted,
    ) -> None:
        source = self.aspace.peek(declaration)
        assert source is not None
        attributes = {
            attribute: held.value.Value
            for attribute, held in source.attributes.items()
            if attribute != A.NodeId and held.value is not None and held.value.Value is not None
        }
        type_definition = self.type_of(declaration)
        copy = self.add(
            parent, name, ua.NodeClass(attributes[A.NodeClass].Value), type_definition, reference, attributes
        )
        self._add_members(copy, declaration, path, wanted)  # what the declaration overrides comes first
        if type_definition is not None:
            self._add_members(copy, type_definition, path, wanted)

    def type_of(self, nodeid: ua.NodeId) -> ua.NodeId | None:
        """The type definition of an object or variable."""
        node = self.aspace.peek(nodeid)
        for ref in node.references if node is not None else ():
            if ref.IsForward and ref.ReferenceTypeId == HAS_TYPE:
                found: ua.NodeId = ref.NodeId
                return found
        return None

    def supertype(self, nodeid: ua.NodeId) -> ua.NodeId | None:
        """The type that a type specialises."""
        node = self.aspace.peek(nodeid)
        for ref in node.references if node is not None else ():
            if ref.ReferenceTypeId == HAS_SUBTYPE and not ref.IsForward:
                found: ua.NodeId = ref.NodeId
                return found
        return None

    def _declarations(self, declared_by: ua.NodeId) -> list[tuple[ua.NodeId, ua.NodeId, ua.NodeId]]:
        """(reference, declaration, modelling rule) of a type with its supertypes and interfaces, nearest first.

        Types belong to the template and never change, so all servers share what was found once.
        """
        known = self.aspace.declarations.get(declared_by)
        if known is None:
            known = self.aspace.declarations[declared_by] = list(self._find_declarations(declared_by))
        return known

    def _find_declarations(self, declared_by: ua.NodeId) -> Iterator[tuple[ua.NodeId, ua.NodeId, ua.NodeId]]:
        for source in self._lineage(declared_by):
            for reference, target in list(self._forward(source)):
                rule = next((r for kind, r in self._forward(target) if kind == HAS_MODELLING_RULE), None)
                if reference in _MEMBERSHIP and rule in (_MANDATORY, _OPTIONAL):
                    yield reference, target, rule

    def _lineage(self, nodeid: ua.NodeId) -> Iterator[ua.NodeId]:
        yield nodeid
        node = self.aspace.peek(nodeid)
        for ref in node.references if node is not None else ():
            up = ref.ReferenceTypeId == HAS_SUBTYPE and not ref.IsForward
            if up or (ref.ReferenceTypeId == HAS_INTERFACE and ref.IsForward):
                yield from self._lineage(ref.NodeId)

    def _forward(self, nodeid: ua.NodeId) -> Iterator[tuple[ua.NodeId, ua.NodeId]]:
        node = self.aspace.peek(nodeid)
        for ref in node.references if node is not None else ():
            if ref.IsForward:
                yield ref.ReferenceTypeId, ref.NodeId

    def _add_reference(self, source: ua.NodeId, reference: ua.NodeId, target: ua.NodeId, forward: bool) -> None:
        node = self.aspace[source]
        if any(
            r.NodeId == target and r.ReferenceTypeId == reference and r.IsForward == forward for r in node.references
        ):
            return
        node.references.append(self._description(reference, target, forward))

    def _description(self, reference: ua.NodeId, target: ua.NodeId, forward: bool) -> ua.ReferenceDescription:
        node = self.aspace.peek(target)
        assert node is not None
        attributes = node.attributes
        return ua.ReferenceDescription(
            ReferenceTypeId=reference,
            IsForward=forward,
            NodeId=target,
            BrowseName=attributes[A.BrowseName].value.Value.Value,
            DisplayName=attributes[A.DisplayName].value.Value.Value,
            NodeClass=ua.NodeClass(attributes[A.NodeClass].value.Value.Value),
            TypeDefinition=self.type_of(target) or ua.NodeId(),
        )


def variable_attributes(
    datatype: ua.NodeId, rank: int = -1, writable: bool = False, sampling_ms: float = 0.0
) -> dict[ua.AttributeIds, ua.Variant]:
    """The attributes of a variable; ``sampling_ms`` is its MinimumSamplingInterval in milliseconds."""
    access = 3 if writable else 1  # CurrentRead, CurrentWrite
    dimensions = [0] if rank == 1 else []
    return {
        A.DataType: ua.Variant(datatype, ua.VariantType.NodeId),
        A.ValueRank: ua.Variant(rank, ua.VariantType.Int32),
        A.ArrayDimensions: ua.Variant(dimensions, ua.VariantType.UInt32, is_array=True),
        A.AccessLevel: ua.Variant(access, ua.VariantType.Byte),
        A.UserAccessLevel: ua.Variant(access, ua.VariantType.Byte),
        A.MinimumSamplingInterval: ua.Variant(sampling_ms, ua.VariantType.Double),
        A.Historizing: ua.Variant(False, ua.VariantType.Boolean),
        A.Value: ua.Variant(None, ua.VariantType.Null),
    }
