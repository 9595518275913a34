"""Who a simulated unit says it is (OPC 40001-1 identification)."""

from __future__ import annotations

from dataclasses import dataclass

from profiles.pack import Profile


@dataclass
class Identity:
    """Identification of one unit; the last three are the user's to write."""

    manufacturer: str
    model: str
    serial_number: str
    product_code: str
    software_revision: str
    hardware_revision: str
    device_class: str
    year_of_construction: int
    product_instance_uri: str
    component_name: str
    location: str = ""
    asset_id: str = ""


def simulated_identity(profile: Profile, name: str, software_revision: str) -> Identity:
    """Identification of a unit that exists only here: it says so in its manufacturer and URI."""
    return Identity(
        manufacturer="setsubi (simulated)",
        model=profile.title.en[:32],
        serial_number=f"SIM-{name}",
        product_code=profile.id,
        software_revision=software_revision,
        hardware_revision="simulated",
        device_class=profile.id,
        year_of_construction=2026,
        product_instance_uri=f"urn:setsubi:simulated:{profile.id}:{name}",
        component_name=name,
    )
