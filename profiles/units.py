"""Engineering units: the UCUM codes of the profiles and what OPC UA says for them.

``EUInformation.UnitId`` is the UNECE Recommendation 20 common code, its characters as a big-endian number
(OPC 10000-8, 5.6.3.3).
"""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACE = "http://www.opcfoundation.org/UA/units/un/cefact"

_UNECE: dict[str, tuple[str, str, str]] = {
    "1": ("C62", "1", "one"),
    "%": ("P1", "%", "percent"),
    "[ppm]": ("59", "ppm", "part per million"),
    "ms": ("C26", "ms", "millisecond"),
    "s": ("SEC", "s", "second [unit of time]"),
    "min": ("MIN", "min", "minute [unit of time]"),
    "h": ("HUR", "h", "hour"),
    "um": ("4H", "µm", "micrometre (micron)"),
    "mm": ("MMT", "mm", "millimetre"),
    "m": ("MTR", "m", "metre"),
    "mg": ("MGM", "mg", "milligram"),
    "g": ("GRM", "g", "gram"),
    "kg": ("KGM", "kg", "kilogram"),
    "mL": ("MLT", "ml", "millilitre"),
    "L": ("LTR", "l", "litre"),
    "Cel": ("CEL", "°C", "degree Celsius"),
    "K": ("KEL", "K", "kelvin"),
    "K/s": ("F12", "K/s", "kelvin per second"),
    "mV": ("2Z", "mV", "millivolt"),
    "V": ("VLT", "V", "volt"),
    "mA": ("4K", "mA", "milliampere"),
    "A": ("AMP", "A", "ampere"),
    "mA.h": ("E09", "mA·h", "milliampere hour"),
    "A.h": ("AMH", "A·h", "ampere hour"),
    "W": ("WTT", "W", "watt"),
    "kW": ("KWT", "kW", "kilowatt"),
    "W.h": ("WHR", "W·h", "watt hour"),
    "kW.h": ("KWH", "kW·h", "kilowatt hour"),
    "J": ("JOU", "J", "joule"),
    "mOhm": ("E45", "mΩ", "milliohm"),
    "Ohm": ("OHM", "Ω", "ohm"),
    "mm/s": ("C16", "mm/s", "millimetre per second"),
    "m/s": ("MTS", "m/s", "metre per second"),
    "m/min": ("2X", "m/min", "metre per minute"),
    "1/min": ("C94", "min⁻¹", "reciprocal minute"),
    "1/s": ("C97", "s⁻¹", "reciprocal second"),
    "Hz": ("HTZ", "Hz", "hertz"),
    "kHz": ("KHZ", "kHz", "kilohertz"),
    "Pa": ("PAL", "Pa", "pascal"),
    "kPa": ("KPA", "kPa", "kilopascal"),
    "MPa": ("MPA", "MPa", "megapascal"),
    "N": ("NEW", "N", "newton"),
    "N.m": ("NU", "N·m", "newton metre"),
    "deg": ("DD", "°", "degree [unit of angle]"),
}


@dataclass(frozen=True)
class Unit:
    """One engineering unit: UCUM code, UNECE code and the same as OPC UA's number, symbol, name."""

    ucum: str
    unece: str
    unit_id: int
    display: str
    description: str


def unit_id(code: str) -> int:
    """The UnitId of a UNECE common code."""
    return int.from_bytes(code.encode("ascii"), "big")


UNITS = {ucum: Unit(ucum, code, unit_id(code), shown, name) for ucum, (code, shown, name) in _UNECE.items()}
