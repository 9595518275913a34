"""The profile language: what an equipment interface offers and promises, as data.

Public names: ``load_profile``, ``load_pack``, ``profile_names``, ``Profile``, ``Pack``, ``ProfileError``.
"""

from profiles.errors import Place, ProfileError
from profiles.pack import Pack, Profile, load_pack, load_profile, profile_names

__all__ = ["Pack", "Place", "Profile", "ProfileError", "load_pack", "load_profile", "profile_names"]
