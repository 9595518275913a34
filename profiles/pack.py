"""Packs and profiles, loaded: ``load_profile`` resolves ``extends``, validates, and returns one frozen ``Profile``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from profiles.errors import Place, ProfileError
from profiles.ledger import load_ledger
from profiles.merge import Layer, mapping_at, merge
from profiles.model import (
    Alarm,
    Basis,
    Device,
    HandoverRules,
    Method,
    Option,
    PackSpec,
    ProfileSpec,
    Recipe,
    Requirement,
    SafetyFunction,
    Signal,
    StateTableSpec,
    Text,
    WordOrder,
)
from profiles.naming import did_you_mean
from profiles.references import check_profile, check_state_table
from profiles.statetable import StateTable
from profiles.validation import validate
from profiles.yamlsource import Sourced, load_mapping, only_keys

PACKS = Path(__file__).parent / "packs"
DEFAULT_PACK = "basc_cell_line"
_KEYED = (("signals",), ("methods",), ("safety",), ("devices",), ("options",), ("handover", "timers"))
_NUMBERED = (("alarms",), ("recipes",))
_Files = tuple[tuple[str, int, int], ...]


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
    first_areas: tuple[str, ...] = ()
    base: Pack | None = field(default=None, repr=False)


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
    def ref(self) -> str:
        """What ``load_profile`` takes to give this profile again, from any folder."""
        if self.id not in self.pack.profile_names or not _find_profile(self.id, self.pack).samefile(self.path):
            return str(self.path.resolve())
        bundled = self.pack.folder.samefile(PACKS / DEFAULT_PACK)
        return self.id if bundled else f"{self.pack.folder.resolve()}:{self.id}"

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
    return _load_pack(_pack_folder(ref), ())


def load_profile(ref: str | Path) -> Profile:
    """Load a profile: a bundled name (``stacking``), ``pack:name``, or the path of a YAML file.

    A pack offers the profiles of the pack that it extends as its own: ``my-pack:stacking`` is the bundled profile
    with the ledger of ``my-pack``. Raises ``ProfileError`` with file, line and column for everything that is wrong.
    """
    path, pack = _profile_path(ref)
    layers = _layers(path)
    merged = merge(layers)
    for key in _KEYED:
        _inject_ids(merged, key, "id")
    for key in _NUMBERED:
        _inject_ids(merged, key, "number")
    spec = validate(ProfileSpec, merged)
    if pack is None:
        folder = next((x.path.parent for x in reversed(layers) if _is_file(x.path.parent / "pack.yaml")), None)
        pack = load_pack(folder or DEFAULT_PACK)
    check_profile(spec, pack.namespaces, merged)
    names = tuple(layer.sourced.data.get("profile", layer.path.stem) for layer in layers)
    return Profile(spec, pack, names, path, dict(spec.signals))


def profile_names(pack: str | Path = DEFAULT_PACK) -> tuple[str, ...]:
    """Names of the profiles of a pack and of those that it extends, abstract ones too."""
    return load_pack(pack).profile_names


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _pack_folder(ref: str | Path, relative_to: Path | None = None) -> Path:
    folder = PACKS / str(ref)
    if not _is_file(folder / "pack.yaml"):
        folder = Path(ref) if relative_to is None else relative_to / str(ref)
    if not _is_file(folder / "pack.yaml"):
        known = ", ".join(sorted(p.parent.name for p in PACKS.glob("*/pack.yaml")))
        raise ProfileError(Place(str(ref)), "is no pack", f"name a folder with a pack.yaml, or one of: {known}")
    return folder


_packs: dict[Path, tuple[_Files, Pack]] = {}
"""Packs that this process has loaded, with the files that they were loaded from."""


def _load_pack(folder: Path, seen: tuple[Path, ...]) -> Pack:
    """A pack, read anew only if its files or the pack that it extends have changed."""
    files = _files(folder)
    here = folder.resolve()
    if folder in _packs and here not in seen:
        known, pack = _packs[folder]
        if known == files and (pack.base is None or _load_pack(pack.base.folder, (*seen, here)) is pack.base):
            return pack
    pack = _read_pack(folder, seen)
    _packs[folder] = files, pack
    return pack


def _files(folder: Path) -> _Files:
    """The YAML files of a folder: name, time of the last change, size."""
    stats = [(str(path), path.stat()) for path in sorted(folder.rglob("*.yaml"))]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _read_pack(folder: Path, seen: tuple[Path, ...]) -> Pack:
    sourced = load_mapping(folder / "pack.yaml")
    if folder.resolve() in seen:
        raise ProfileError(sourced.place(("extends",)), "extends: the packs extend each other", "break the cycle")
    only_keys(sourced, set(PackSpec.model_fields))
    spec = validate(PackSpec, sourced)
    base = None
    if spec.extends is not None:
        try:
            base_folder = _pack_folder(spec.extends, folder)
        except ProfileError as error:
            raise ProfileError(
                sourced.place(("extends",)), f"extends: '{spec.extends}' {error.what}", error.mend
            ) from None
        base = _load_pack(base_folder, (*seen, folder.resolve()))
    namespaces = {**(base.namespaces if base else {}), **spec.namespaces}
    tables = dict(base.state_tables) if base else {}
    for file in sorted((folder / "states").glob("*.yaml")):
        table_source = load_mapping(file)
        table = validate(StateTableSpec, table_source)
        check_state_table(table, table_source)
        tables[table.id] = StateTable(table)
    own = {p.stem for p in folder.glob("*.yaml") if p.name != "pack.yaml"}
    names = tuple(sorted(own | set(base.profile_names if base else ())))
    ledger = load_ledger(folder, base.ledger if base else (), names)
    first = spec.first_areas or (base.first_areas if base else ())
    return Pack(spec.pack, spec.version, folder, namespaces, tables, ledger, names, first, base)


def _profile_path(ref: str | Path) -> tuple[Path, Pack | None]:
    """The file of a profile, and the pack if the reference names one."""
    text = str(ref)
    if text.endswith((".yaml", ".yml")):
        _refuse_pack(str(Path(text).parent) if Path(text).name == "pack.yaml" else "", text)
        return Path(text), None
    pack_name, _, name = text.rpartition(":")
    pack = load_pack(pack_name or DEFAULT_PACK)
    if name not in pack.profile_names:
        _refuse_pack(pack_name if not name else "" if pack_name else name, text)
    return _find_profile(name, pack), pack


def _refuse_pack(name: str, text: str) -> None:
    """Say what to write where a pack is named in place of one of its profiles."""
    if name and (_is_file(PACKS / name / "pack.yaml") or _is_file(Path(name) / "pack.yaml")):
        known = ", ".join(f"{name}:{profile}" for profile in load_pack(name).profile_names)
        raise ProfileError(Place(text), "is a pack, no profile", f"name one of its profiles: {known}")


def _find_profile(name: str, pack: Pack) -> Path:
    """The file of a profile in a pack or, if not there, in those that it extends."""
    owner: Pack | None = pack if name in pack.profile_names else None
    while owner is not None and not _is_file(owner.folder / f"{name}.yaml"):
        owner = owner.base
    if owner is None:
        hint = did_you_mean(name, pack.profile_names, "")
        mend = f"name a YAML file or one of: {', '.join(pack.profile_names)}"
        raise ProfileError(Place(name), "is no profile", f"{hint} {mend}".lstrip())
    return owner.folder / f"{name}.yaml"


def _parent_path(parent: str, path: Path) -> Path:
    """The file that ``extends: parent`` in ``path`` means: beside it, in a named pack, or in the packs beneath."""
    if parent.endswith((".yaml", ".yml")):
        return path.parent / parent
    beside = path.parent / f"{parent}.yaml"
    pack_name, _, name = parent.rpartition(":")
    if pack_name:
        folder = _pack_folder(pack_name, path.parent)
        return _find_profile(name, _load_pack(folder, ()))
    if _is_file(beside) and beside.resolve() != path.resolve():
        return beside
    own = path.parent / "pack.yaml"
    pack = load_pack(path.parent) if _is_file(own) else load_pack()
    if _is_file(beside) and pack.base is not None:  # a profile that refines its namesake in the pack beneath
        pack = pack.base
    return _find_profile(name, pack)


def _layers(path: Path, seen: tuple[Path, ...] = (), asked: Place | None = None) -> list[Layer]:
    """The chain of files from the root ancestor down to ``path``."""
    if path.resolve() in seen:
        chain = " → ".join(p.stem for p in (*seen, path))
        what = f"extends: the profiles extend each other ({chain})"
        raise ProfileError(asked or Place(str(path)), what, "break the cycle")
    sourced = load_mapping(path)
    parent = sourced.data.get("extends")
    if parent is None:
        return [Layer(path, sourced)]
    place = sourced.place(("extends",))
    if not isinstance(parent, str):
        raise ProfileError(place, "extends: is no name", "name one profile, or the path of its file")
    try:
        parent_path = _parent_path(parent, path)
    except ProfileError as error:
        if error.place.line:
            raise
        raise ProfileError(place, f"extends: '{parent}' {error.what}", error.mend) from None
    if not _is_file(parent_path):
        raise ProfileError(place, f"extends: '{parent}' is no file", f"looked for {parent_path}")
    return [*_layers(parent_path, (*seen, path.resolve()), place), Layer(path, sourced)]


def _inject_ids(merged: Sourced, section: tuple[str, ...], name: str) -> None:
    for entry_id, entry in (mapping_at(merged.data, section) or {}).items():
        at = (*section, entry_id)
        wanted = int if name == "number" else str
        if not isinstance(entry_id, wanted):
            kind = "a number" if wanted is int else "a name"
            what = f"{'.'.join(map(str, at))}: the key is not {kind}"
            raise ProfileError(merged.place(at), what, f"write {kind}")
        if isinstance(entry, dict):
            if name in entry and entry[name] != entry_id:
                what = f"{name} differs from its key '{entry_id}'"
                raise ProfileError(merged.place((*at, name)), what, "leave it out")
            entry[name] = entry_id


__all__ = ["Pack", "Profile", "load_pack", "load_profile", "profile_names"]
