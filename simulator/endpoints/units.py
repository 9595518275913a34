"""Engineering units as OPC UA's EUInformation (OPC 10000-8 clause 5.6.3), from the units of the profiles."""

from __future__ import annotations

from asyncua import ua

from profiles.units import NAMESPACE, UNITS

UCUM = "http://unitsofmeasure.org"
_WRITTEN = {"Ah": "A.h", "Wh": "W.h", "kWh": "kW.h"}  # not UCUM, but what people write


def engineering_unit(ucum: str) -> ua.EUInformation:
    """The unit of a UCUM code. One that UNECE does not list has UnitId -1 and the UCUM code as its name."""
    unit = UNITS.get(_WRITTEN.get(ucum, ucum))
    information = ua.EUInformation()
    information.NamespaceUri = NAMESPACE if unit else UCUM
    information.UnitId = unit.unit_id if unit else -1
    information.DisplayName = ua.LocalizedText(unit.display if unit else ucum)
    information.Description = ua.LocalizedText(unit.description if unit else ucum)
    return information
