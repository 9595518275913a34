"""Packs and profiles, loaded: ``load_profile`` resolves ``extends``, validates, and returns one frozen ``Profile``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from profiles.errors import Place, ProfileError
from profiles.merge import Layer, merge
from profiles.model import (
    Alarm,
    Basis,
    Device,
    HandoverRules,
    Method,
    Option,
    ProfileSpec,
    Recipe,
    Requirement,
    SafetyFunction,
    Signal,
    StateTableSpec,
    Text,
    WordOrder,
)
from profiles.references import check_ledger, check_profile
from profiles.statetable import StateTable
from profiles.validation import validate
from profiles.yamlsource import Sourced, load_yaml

PACKS = Path(__file__).parent / "packs"
DEFAULT_PACK = "basc_cell_line"
_KEYED = ("signals", "methods", "safety", "devices", "options")


@dataclass(frozen=True)
class Pack:
    """A folder of profiles that extend one another, with its state tables and its ledger."""

    id: str
    version: str
    folder: Path
    namespaces: dict[str, str]
    state_tables: dict[str, StateTable]
    ledger: tuple[Requirement, ...]
    profile_names: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """What an equipment interface offers and promises."""

    spec: ProfileSpec
    pack: Pack
    ancestors: tuple[str, ...]
    path: Path
    signals: dict[str, Signal] = field(repr=False)

    @property
    def id(self) -> str:
        return self.spec.profile

    @property
    def version(self) -> str:
        return self.spec.version

    @property
    def title(self) -> Text:
        return self.spec.title

    @property
    def basis(self) -> Basis:
        return self.spec.basis

    @property
    def options(self) -> dict[str, Option]:
        return self.spec.options

    @property
    def methods(self) -> dict[str, Method]:
        return self.spec.methods

    @property
    def alarms(self) -> dict[int, Alarm]:
        return self.spec.alarms

    @property
    def safety(self) -> dict[str, SafetyFunction]:
        return self.spec.safety

    @property
    def devices(self) -> dict[str, Device]:
        return self.spec.devices

    @property
    def recipes(self) -> dict[int, Recipe]:
        return self.spec.recipes

    @property
    def parameters(self) -> tuple[str, ...]:
        return self.spec.parameters

    @property
    def process_values(self) -> tuple[str, ...]:
        return self.spec.process_values

    @property
    def handover(self) -> HandoverRules:
        return self.spec.handover

    @property
    def word_order(self) -> WordOrder:
        return self.spec.word_order

    @property
    def namespaces(self) -> dict[str, str]:
        return self.pack.namespaces

    @property
    def state_tables(self) -> dict[str, StateTable]:
        return self.pack.state_tables

    @property
    def ledger(self) -> tuple[Requirement, ...]:
        """All requirements of the pack; which of them apply is a matter of profile, protocols and claims."""
        return self.pack.ledger

    @cached_property
    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 of everything the profile says; equal digests mean equal interfaces."""
        said = self.spec.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]

    def requirement(self, requirement_id: str) -> Requirement:
        """A requirement by id; ``KeyError`` if the ledger has none."""
        for requirement in self.ledger:
            if requirement.id == requirement_id:
                return requirement
        raise KeyError(requirement_id)

    def alarm_named(self, slug: str) -> Alarm:
        """An alarm by its slug; ``KeyError`` if there is none."""
        for alarm in self.alarms.values():
            if alarm.id == slug:
                return alarm
        raise KeyError(slug)


def load_pack(ref: str | Path = DEFAULT_PACK) -> Pack:
    """Load a pack by its bundled name or its folder."""
    folder = _pack_folder(ref)
    return _load_pack(folder, ())


def load_profile(ref: str | Path) -> Profile:
    """Load a profile: a bundled name (``stacking``), ``pack:name``, or the path of a YAML file.

    Raises ``ProfileError`` with file, line and column for everything that is wrong with it.
    """
    path = _profile_path(ref, None)
    return _load_profile(path)


def profile_names(pack: str | Path = DEFAULT_PACK) -> tuple[str, ...]:
    """Names of the profiles of a pack, abstract ones too."""
    return load_pack(pack).profile_names


def _pack_folder(ref: str | Path) -> Path:
    folder = PACKS / str(ref) if (PACKS / str(ref) / "pack.yaml").is_file() else Path(ref)
    if not (folder / "pack.yaml").is_file():
        known = ", ".join(sorted(p.parent.name for p in PACKS.glob("*/pack.yaml")))
        raise ProfileError(Place(str(ref)), "is no pack", f"name a folder with a pack.yaml, or one of: {known}")
    return folder


def _load_pack(folder: Path, seen: tuple[Path, ...]) -> Pack:
    sourced = _mapping(load_yaml(folder / "pack.yaml"))
    if folder.resolve() in seen:
        raise ProfileError(sourced.place(("extends",)), "the pack extends itself", "break the cycle")
    _only_keys(sourced, {"pack", "version", "extends", "namespaces", "note"})
    base = None
    if "extends" in sourced.data:
        base = _load_pack(_pack_folder(sourced.data["extends"]), (*seen, folder.resolve()))
    for key in ("pack", "version"):
        if key not in sourced.data:
            raise ProfileError(sourced.place(()), f"{key}: is missing", "add it")
    namespaces = {**(base.namespaces if base else {}), **sourced.data.get("namespaces", {})}
    tables = dict(base.state_tables) if base else {}
    for file in sorted((folder / "states").glob("*.yaml")):
        table = validate(StateTableSpec, _mapping(load_yaml(file)))
        tables[table.id] = StateTable(table)
    names = tuple(sorted(p.stem for p in folder.glob("*.yaml") if p.name != "pack.yaml"))
    ledger = _load_ledger(folder, base)
    return Pack(sourced.data["pack"], sourced.data["version"], folder, namespaces, tables, ledger, names)


def _load_ledger(folder: Path, base: Pack | None) -> tuple[Requirement, ...]:
    """Requirements by id; those of an extending pack replace those of its base, key by key."""
    inherited = {r.id: r for r in base.ledger} if base else {}
    places: dict[str, Place] = {}
    for file in sorted((folder / "ledger").glob("*.yaml")):
        sourced = _mapping(load_yaml(file))
        _only_keys(sourced, {"area", "requirements", "sources"})
        for rid, row in (sourced.data.get("requirements") or {}).items():
            at = ("requirements", rid)
            if rid in places:
                raise ProfileError(
                    sourced.place(at),
                    f"requirement {rid} stands twice (first at {places[rid]})",
                    "give it a number of its own",
                )
            places[rid] = sourced.place(at)
            known = (
                inherited[rid].model_dump(by_alias=True, exclude_defaults=True, mode="json") if rid in inherited else {}
            )
            if isinstance(row, dict) and "excluded" in row:
                known.pop("check", None)
            data = {**known, "area": sourced.data.get("area"), **row, "id": rid} if isinstance(row, dict) else row
            sub = Sourced(data, {k[2:]: v for k, v in sourced.places.items() if k[:2] == at}, sourced.path)
            inherited[rid] = validate(Requirement, sub)
    ledger = tuple(inherited[rid] for rid in sorted(inherited))
    check_ledger(ledger, places)
    return ledger


def _profile_path(ref: str | Path, relative_to: Path | None) -> Path:
    text = str(ref)
    if text.endswith((".yaml", ".yml")):
        path = Path(text)
        return path if relative_to is None or path.is_absolute() else relative_to / path
    pack_name, _, name = text.rpartition(":")
    folder = _pack_folder(pack_name) if pack_name else PACKS / DEFAULT_PACK
    if relative_to is not None and not pack_name and (relative_to / f"{name}.yaml").is_file():
        folder = relative_to
    path = folder / f"{name}.yaml"
    if name == "pack" or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.yaml") if p.name != "pack.yaml"))
        raise ProfileError(Place(text), "is no profile", f"name a YAML file or one of: {known}")
    return path


def _layers(path: Path, seen: tuple[Path, ...] = (), asked: Place | None = None) -> list[Layer]:
    """The chain of files from the root ancestor down to ``path``."""
    if path.resolve() in seen:
        chain = " → ".join(p.stem for p in (*seen, path))
        raise ProfileError(
            asked or Place(str(path)), f"extends: the profiles extend each other ({chain})", "break the cycle"
        )
    sourced = _mapping(load_yaml(path))
    layers: list[Layer] = []
    parent = sourced.data.get("extends")
    if parent is not None:
        place = sourced.place(("extends",))
        try:
            parent_path = _profile_path(parent, path.parent)
        except ProfileError as error:
            raise ProfileError(place, f"extends: '{parent}' {error.what}", error.mend) from None
        layers = _layers(parent_path, (*seen, path.resolve()), place)
    return [*layers, Layer(path, sourced)]


def _load_profile(path: Path) -> Profile:
    layers = _layers(path)
    merged = merge(layers)
    for key in _KEYED:
        _inject_ids(merged, key, "id")
    _inject_ids(merged, "alarms", "number")
    _inject_ids(merged, "recipes", "number")
    spec = validate(ProfileSpec, merged)
    pack_folder = next((x.path.parent for x in reversed(layers) if (x.path.parent / "pack.yaml").is_file()), None)
    pack = load_pack(pack_folder or DEFAULT_PACK)
    check_profile(spec, pack.namespaces, merged)
    names = tuple(layer.sourced.data.get("profile", layer.path.stem) for layer in layers)
    return Profile(spec, pack, names, path, dict(spec.signals))


def _inject_ids(merged: Sourced, key: str, name: str) -> None:
    entries = merged.data.get(key)
    if isinstance(entries, dict):
        for entry_id, entry in entries.items():
            if isinstance(entry, dict):
                if name in entry and entry[name] != entry_id:
                    raise ProfileError(
                        merged.place((key, entry_id, name)), f"{name} differs from its key '{entry_id}'", "leave it out"
                    )
                entry[name] = entry_id


def _mapping(sourced: Sourced) -> Sourced:
    if not isinstance(sourced.data, dict):
        found = "is empty" if sourced.data is None else "is not a mapping of keys"
        raise ProfileError(
            sourced.place(()), found, "begin with 'key: value' lines; see the bundled pack for an example"
        )
    return sourced


def _only_keys(sourced: Sourced, known: set[str]) -> None:
    for key in sourced.data:
        if key not in known:
            raise ProfileError(sourced.place((key,)), f"{key}: unknown key", f"known keys: {', '.join(sorted(known))}")


__all__: list[Any] = ["Pack", "Profile", "load_pack", "load_profile", "profile_names"]
