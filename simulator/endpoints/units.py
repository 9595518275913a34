"""Engineering units: UCUM codes of the profiles as OPC UA's EUInformation (OPC 10000-8 clause 5.6.3)."""

from __future__ import annotations

from asyncua import ua

from profiles.units import NAMESPACE, UNITS


def engineering_unit(ucum: str) -> ua.EUInformation:
    """The unit of a UCUM code. One that UNECE does not list has UnitId -1 and the UCUM code as its name."""
    known = UNITS.get(ucum)
    information = ua.EUInformation()
    information.NamespaceUri = NAMESPACE if known else "http://unitsofmeasure.org"
    information.UnitId = known.unit_id if known else -1
    information.DisplayName = ua.LocalizedText(known.display if known else ucum)
    information.Description = ua.LocalizedText(known.description if known else ucum)
    return information
