"""``setsubi profile export``: a profile for other programs, as JSON with everything resolved or as the language's schema."""

from __future__ import annotations

from typing import Any

from profiles.model import ProfileSpec
from profiles.pack import Profile


def exported(profile: Profile) -> dict[str, Any]:
    """Everything that a profile says, inherited parts included, with its digest, namespaces and ledger; plain JSON data."""
    return {
        "pack": {"id": profile.pack.id, "version": profile.pack.version},
        "digest": profile.digest,
        "namespaces": profile.namespaces,
        "profile": profile.spec.model_dump(mode="json", by_alias=True),
        "ledger": [r.model_dump(mode="json", by_alias=True) for r in profile.ledger],
    }


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a resolved profile. A file that says ``extends`` needs only what it changes, and may
    remove an entry by ``null``; cross references and register overlaps are beyond a schema: ``profile lint`` has them."""
    made = ProfileSpec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
