"""An organisation's pack: it extends ours, and replaces, excludes and adds clause by clause."""

from __future__ import annotations

from pathlib import Path

import pytest
from profile_files import pack, refusal, requirement, write

from profiles import ProfileError, load_pack, load_profile, profile_names

LEDGER = f"""
area: states
requirements:
  STA-STATE-001: {requirement("The unit shall reset.", parameters="{reaction_s: 1.0, watch_s: 5}")}
  STA-STATE-002: {requirement("The unit shall stop.")}
  STA-STATE-003: {requirement("The unit shall count.")}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A pack of a federation, three requirements long."""
    folder = pack(tmp_path / "base", "pack: base\nversion: 1.0.0\nextends: basc_cell_line\n")
    for name in ("states", "ledger"):
        (folder / name).mkdir()
    write(folder, "ledger/states.yaml", LEDGER)
    return folder


@pytest.fixture
def ours(base: Path, tmp_path: Path) -> Path:
    """An empty pack over that of the federation."""
    return pack(tmp_path / "ours", "pack: ours\nversion: 2.0.0\nextends: ../base\nnamespaces: {o: 'urn:ours'}\n")


def ledger(folder: Path, rows: str, area: str = "area: states\n") -> Path:
    return write(folder, "ledger/ours.yaml", f"{area}requirements:\n{rows}")


def test_an_empty_extension_offers_everything_of_its_base(ours: Path) -> None:
    loaded = load_pack(ours)
    ids = [r.id for r in loaded.ledger]
    assert {"STA-STATE-001", "STA-STATE-002", "STA-STATE-003"} <= set(ids)
    assert ids == sorted(ids)
    assert {"packml", "handover"} <= set(loaded.state_tables)
    assert profile_names(ours) == profile_names()
    assert loaded.namespaces["o"] == "urn:ours" and loaded.namespaces["s"].startswith("urn:setsubi")


def test_a_bundled_profile_is_read_with_the_ledger_of_the_extension(ours: Path) -> None:
    ledger(ours, "  STA-STATE-002: {level: SHOULD}\n")
    profile = load_profile(f"{ours}:stacking")
    assert profile.pack.id == "ours"
    assert profile.requirement("STA-STATE-002").level == "SHOULD"
    assert profile.digest == load_profile("stacking").digest
    assert load_profile("stacking").pack.id == "basc_cell_line"


def test_a_row_replaces_what_it_names_and_inherits_the_rest(ours: Path) -> None:
    ledger(ours, "  STA-STATE-001: {parameters: {reaction_s: 0.5}, text: {en: The unit shall reset at once.}}\n")
    row = load_pack(ours).ledger[[r.id for r in load_pack(ours).ledger].index("STA-STATE-001")]
    assert row.parameters == {"reaction_s": 0.5, "watch_s": 5}
    assert (row.text.en, row.text.ja) == ("The unit shall reset at once.", "設備はそれを行うこと。")
    assert (row.check, row.level, row.area) == ("states.it", "MUST", "states")


def test_a_requirement_is_excluded_with_a_reason_and_taken_up_again(ours: Path, tmp_path: Path) -> None:
    ledger(ours, "  STA-STATE-002: {excluded: {en: Not with us., ja: 対象外。}}\n")
    excluded = load_profile(f"{ours}:stacking").requirement("STA-STATE-002")
    assert excluded.check is None and excluded.excluded is not None and excluded.text.en == "The unit shall stop."
    third = pack(tmp_path / "third", "pack: third\nversion: 1.0.0\nextends: ../ours\n")
    ledger(third, "  STA-STATE-002: {check: states.other}\n")
    again = load_profile(f"{third}:stacking").requirement("STA-STATE-002")
    assert (again.check, again.excluded) == ("states.other", None)


def test_a_requirement_is_added(ours: Path) -> None:
    ledger(ours, f"  OUR-OWN-001: {requirement('The unit shall sing.')}\n")
    assert load_profile(f"{ours}:stacking").requirement("OUR-OWN-001").text.en == "The unit shall sing."


def test_an_inherited_area_stays_where_the_file_names_none(ours: Path) -> None:
    ledger(ours, "  STA-STATE-003: {level: MAY}\n", area="")
    assert load_profile(f"{ours}:stacking").requirement("STA-STATE-003").area == "states"


def test_a_profile_of_the_extension_refines_its_namesake(ours: Path) -> None:
    write(ours, "stacking.yaml", "profile: stacking\nextends: stacking\nversion: 9.0.0\n")
    write(ours, "winding.yaml", "profile: winding\nextends: stacking\ntitle: {en: Winder, ja: 捲回機}\n")
    assert load_profile(f"{ours}:stacking").version == "9.0.0"
    winder = load_profile(f"{ours}:winding")
    assert (winder.version, winder.ancestors[-2:]) == ("9.0.0", ("stacking", "winding"))
    assert load_profile(ours / "winding.yaml").pack.id == "ours"
    assert "winding" in profile_names(ours) and "tab_welding" in profile_names(ours)


def test_a_state_table_is_replaced_as_a_whole(ours: Path) -> None:
    table = "id: packml\ninitial: 2\nstates: [{number: 2, name: Stopped, title: {en: A, ja: 停止}}]\ntransitions: []\nsources: []\n"
    write(ours, "states/packml.yaml", table)
    assert load_pack(ours).state_tables["packml"].numbers == [2]


@pytest.mark.parametrize(
    ("rows", "line", "column", "what", "mend"),
    [
        ("  STA-STATE-001: null\n", 3, 3, "STA-STATE-001: removes a requirement", "give 'excluded:' with the reason"),
        ("  STA-STATE-001: 5\n", 3, 3, "STA-STATE-001: is not a mapping", "write its keys"),
        ("  STA-STATE-01: {level: MAY}\n", 3, 3, "the base has no such requirement", "did you mean 'STA-STATE-001'?"),
        ("  ZZZ-QQQ-999: {level: MAY}\n", 3, 3, "the base has no such requirement", "give it a text, or correct the id"),
        ("  STA-STATE-001: {levle: MAY}\n", 3, 19, "STA-STATE-001: levle: unknown key", "did you mean 'level'?"),
        ("  STA-STATE-001: {level: SHALL}\n", 3, 19, "level: must be 'MUST', 'SHOULD' or 'MAY', not 'SHALL'", ""),
        ("  STA-STATE-001: {faults: []}\n", 3, 3, "names no fault", "a check that no fault can fail does not exist"),
        ("  STA-STATE-001: {check: null}\n", 3, 3, "needs either 'check' or 'excluded'", ""),
        ("  STA-STATE-001:\n    applies_to: {kinds: [machin]}\n", 4, 26, "there is no profile 'machin'", "machine"),
        (f"  sta-1: {requirement('New.')}\n", 3, 3, "id: string should match", "correct the value"),
        (f"  OUR-OWN-001: {requirement('The unit shall STOP.')}\n", 3, 3, "OUR-OWN-001 says the same as STA-STATE-002", "remove"),
        ("  STA-STATE-001: {level: MAY}\n  STA-STATE-001: {level: MAY}\n", 4, 3, "stands twice (first on line 3)", "keep one"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_meant(ours: Path, rows: str, line: int, column: int, what: str, mend: str) -> None:
    path = ledger(ours, rows)
    refusal(lambda: load_pack(ours), path, line, column, what, mend)


def test_a_requirement_in_two_files_is_refused(ours: Path) -> None:
    first = ledger(ours, "  STA-STATE-001: {level: MAY}\n")
    second = write(ours, "ledger/zzz.yaml", "area: states\nrequirements:\n  STA-STATE-001: {level: MUST}\n")
    refusal(lambda: load_pack(ours), second, 3, 3, f"stands twice (first at {first}:3:3)", "a number of its own")


@pytest.mark.parametrize(
    ("text", "line", "column", "what", "mend"),
    [
        ("requirements: [a]\n", 1, 1, "requirements: is not a mapping", "AREA-TOPIC-001"),
        ("area: states\nrequirement: {}\n", 2, 1, "requirement: unknown key", "did you mean 'requirements'?"),
        ("", 0, 0, "is empty", "begin with"),
        ("area: states\nrequirements: {A: {b: 1, b: 2}}\n", 2, 26, "key 'b' stands twice", "keep one"),
    ],
)
def test_a_ledger_file_that_cannot_be_read(ours: Path, text: str, line: int, column: int, what: str, mend: str) -> None:
    path = write(ours, "ledger/ours.yaml", text)
    refusal(lambda: load_pack(ours), path, line, column, what, mend)


@pytest.mark.parametrize(
    ("text", "line", "column", "what", "mend"),
    [
        ("pack: ours\nversion: 1.0.0\nextends: ours\n", 3, 1, "extends: 'ours' is no pack", "basc_cell_line"),
        ("pack: ours\nversion: 1.0.0\nextends: ../ours\n", 3, 1, "extends: the packs extend each other", "break the cycle"),
        ("pack: ours\n", 1, 1, "version: is missing", "add it"),
        ("version: 1.0.0\n", 1, 1, "pack: is missing", "add it"),
        ("pack: ours\nversion: 1.0\n", 2, 1, "version: 1.0 is a number, no version", "quote them"),
        ("pack: ours\nversion: 1.0.0\nnamespaces: [a]\n", 3, 1, "namespaces: must be a mapping of keys", "correct"),
        ("pack: ours\nversion: 1.0.0\nextend: x\n", 3, 1, "extend: unknown key", "did you mean 'extends'?"),
        ("", 0, 0, "is empty", "begin with"),
    ],
)  # fmt: skip
def test_a_pack_file_that_cannot_be_meant(
    tmp_path: Path, text: str, line: int, column: int, what: str, mend: str
) -> None:
    folder = pack(tmp_path / "ours", text)
    refusal(lambda: load_pack(folder), folder / "pack.yaml", line, column, what, mend)


def test_a_folder_without_pack_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"is no pack; name a folder with a pack.yaml, or one of: basc_cell_line"):
        load_pack(tmp_path)


def test_a_pack_is_read_once_and_anew_when_a_file_of_it_or_of_its_base_has_changed(base: Path, ours: Path) -> None:
    first = load_pack(ours)
    assert load_pack(ours) is first
    ledger(ours, "  STA-STATE-002: {level: SHOULD}\n")
    second = load_pack(ours)
    assert {r.id: r.level for r in second.ledger}["STA-STATE-002"] == "SHOULD"
    assert second.base is first.base
    write(base, "ledger/states.yaml", LEDGER.replace("shall count", "shall count up"))
    third = load_pack(ours)
    assert {r.id: r.text.en for r in third.ledger}["STA-STATE-003"] == "The unit shall count up."
    assert third.base is not first.base


def test_packs_that_come_to_extend_each_other_after_they_were_read_are_refused(base: Path, ours: Path) -> None:
    load_pack(ours)
    write(base, "pack.yaml", "pack: base\nversion: 1.0.0\nextends: ../ours\n")
    for folder in (ours, base):
        with pytest.raises(ProfileError, match="the packs extend each other"):
            load_pack(folder)


def test_a_reference_finds_the_same_profile_from_any_folder(
    ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the bundled pack, the same with the ledger of ours, and a file that is called like a bundled one."""
    own = write(tmp_path, "stacking.yaml", "profile: stacking\nversion: 9.0.0\nextends: basc_cell_line:stacking\n")
    monkeypatch.chdir(tmp_path)
    profiles = [load_profile(ref) for ref in ("stacking", "ours:stacking", own)]
    known = [(p.path.resolve(), p.pack.folder.resolve(), p.version) for p in profiles]
    refs = [p.ref for p in profiles]
    monkeypatch.chdir(ours)
    again = [load_profile(ref) for ref in refs]
    assert [(p.path.resolve(), p.pack.folder.resolve(), p.version) for p in again] == known
    assert (refs[0], again[2].version) == ("stacking", "9.0.0")
