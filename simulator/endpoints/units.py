"""Engineering units: UCUM codes as OPC UA's EUInformation (OPC 10000-8 clause 5.6.3, UNECE Recommendation 20)."""

from __future__ import annotations

from asyncua import ua

UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"

_UNITS: dict[str, tuple[str, str, str]] = {  # UCUM: UNECE common code, symbol, name
    "1": ("C62", "1", "one"),
    "%": ("P1", "%", "percent"),
    "[ppm]": ("59", "ppm", "part per million"),
    "s": ("SEC", "s", "second [unit of time]"),
    "ms": ("C26", "ms", "millisecond"),
    "min": ("MIN", "min", "minute [unit of time]"),
    "h": ("HUR", "h", "hour"),
    "mm": ("MMT", "mm", "millimetre"),
    "um": ("4H", "µm", "micrometre (micron)"),
    "m": ("MTR", "m", "metre"),
    "g": ("GRM", "g", "gram"),
    "mg": ("MGM", "mg", "milligram"),
    "kg": ("KGM", "kg", "kilogram"),
    "mL": ("MLT", "ml", "millilitre"),
    "L": ("LTR", "l", "litre"),
    "Cel": ("CEL", "°C", "degree Celsius"),
    "K": ("KEL", "K", "kelvin"),
    "V": ("VLT", "V", "volt"),
    "mV": ("2Z", "mV", "millivolt"),
    "A": ("AMP", "A", "ampere"),
    "mA": ("4K", "mA", "milliampere"),
    "A.h": ("AMH", "A·h", "ampere hour"),
    "mA.h": ("E09", "mA·h", "milliampere hour"),
    "W": ("WTT", "W", "watt"),
    "kW": ("KWT", "kW", "kilowatt"),
    "W.h": ("WHR", "W·h", "watt hour"),
    "kW.h": ("KWH", "kW·h", "kilowatt hour"),
    "J": ("JOU", "J", "joule"),
    "Ohm": ("OHM", "Ω", "ohm"),
    "mOhm": ("E45", "mΩ", "milliohm"),
    "m/s": ("MTS", "m/s", "metre per second"),
    "mm/s": ("C16", "mm/s", "millimetre per second"),
    "m/min": ("2X", "m/min", "metre per minute"),
    "1/min": ("C94", "min⁻¹", "reciprocal minute"),
    "1/s": ("C97", "s⁻¹", "reciprocal second"),
    "Hz": ("HTZ", "Hz", "hertz"),
    "Pa": ("PAL", "Pa", "pascal"),
    "kPa": ("KPA", "kPa", "kilopascal"),
    "MPa": ("MPA", "MPa", "megapascal"),
    "N": ("NEW", "N", "newton"),
    "N.m": ("NU", "N·m", "newton metre"),
    "deg": ("DD", "°", "degree [unit of angle]"),
}
_UNITS["Ah"] = _UNITS["A.h"]  # not UCUM, but what people write
_UNITS["Wh"], _UNITS["kWh"] = _UNITS["W.h"], _UNITS["kW.h"]


def unit_id(code: str) -> int:
    """The UnitId of a UNECE common code: its characters as big-endian bytes (OPC 10000-8 clause 5.6.3.3)."""
    return int.from_bytes(code.encode("ascii"), "big")


def engineering_unit(ucum: str) -> ua.EUInformation:
    """The unit of a UCUM code. One that UNECE does not list has UnitId -1 and the UCUM code as its name."""
    code, symbol, name = _UNITS.get(ucum, ("", ucum, ucum))
    information = ua.EUInformation()
    information.NamespaceUri = UNECE if code else "http://unitsofmeasure.org"
    information.UnitId = unit_id(code) if code else -1
    information.DisplayName = ua.LocalizedText(symbol)
    information.Description = ua.LocalizedText(name)
    return information
