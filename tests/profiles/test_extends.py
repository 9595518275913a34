"""``extends``: what a child adds, changes and removes; chains, cycles and dangling parents."""

from __future__ import annotations

from pathlib import Path

import pytest
from profile_files import STACKING, child, refusal, write

from profiles import ProfileError, load_profile
from profiles.diff import bump, diff


def test_a_child_without_changes_says_what_its_parent_says(tmp_path: Path) -> None:
    ours, theirs = load_profile(child(tmp_path, "")), load_profile("stacking")
    assert ours.signals == theirs.signals
    assert ours.ancestors == ("equipment", "machine", "stacking", "child")
    assert (ours.id, ours.version) == ("child", theirs.version)


def test_mappings_merge_key_by_key_and_all_else_is_replaced(tmp_path: Path) -> None:
    loaded = load_profile(
        child(
            tmp_path,
            """
            signals:
              process.stack_thickness: {update_ms: 50}
              parameter.sheet_count: {range: [1, 300]}
            title: {ja: 当社積層機}
            """,
        )
    )
    thickness = loaded.signals["process.stack_thickness"]
    assert (thickness.update_ms, thickness.unit, thickness.range) == (50, "mm", (0, 200))
    assert loaded.signals["parameter.sheet_count"].range == (1, 300)
    assert (loaded.title.en, loaded.title.ja) == ("Stacking machine", "当社積層機")


def test_null_removes_an_entry_or_a_key(tmp_path: Path) -> None:
    body = """
    signals:
      process.separator_tension: null
      process.stack_thickness: {modbus: null}
    alarms: {40: null}
    process_values: [process.alignment_error]
    """
    loaded = load_profile(child(tmp_path, body))
    assert "process.separator_tension" not in loaded.signals
    assert loaded.signals["process.stack_thickness"].modbus is None
    assert 40 not in loaded.alarms and 41 in loaded.alarms


def test_removing_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """A misspelt removal would leave the signal in place and nobody would notice."""
    path = child(tmp_path, "signals:\n  process.separator_tensoin: null\n")
    what = "signals.process.separator_tensoin: null removes what the base does not have"
    refusal(lambda: load_profile(path), path, 4, 3, what, "did you mean 'process.separator_tension'?")


def test_a_removed_signal_that_is_still_needed_is_named(tmp_path: Path) -> None:
    path = child(tmp_path, "signals: {safety.guards_closed: null}\n")
    with pytest.raises(ProfileError, match=r"signal 'safety.guards_closed' does not exist"):
        load_profile(path)


def test_abstract_is_not_inherited(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", f"profile: base\n{STACKING}\nabstract: true\n")
    assert load_profile(tmp_path / "base.yaml").spec.abstract
    assert not load_profile(child(tmp_path, "", "extends: base.yaml")).spec.abstract


def test_parents_are_found_beside_the_child_by_name_or_file(tmp_path: Path) -> None:
    write(tmp_path, "sub/base.yaml", f"profile: base\n{STACKING}\nversion: 2.0.0\n")
    assert load_profile(child(tmp_path, "", "extends: sub/base.yaml")).version == "2.0.0"
    assert load_profile(child(tmp_path / "sub", "", "extends: base")).version == "2.0.0"


@pytest.mark.parametrize(
    ("parent", "what", "mend"),
    [
        ("stakcing", "extends: 'stakcing' is no profile", "stacking"),
        ("nowhere:stacking", "extends: 'nowhere:stacking' is no pack", "basc_cell_line"),
        ("basc_cell_line:pack", "is no profile", "tab_welding"),
        ("missing.yaml", "extends: 'missing.yaml' is no file", "looked for"),
        ("[a, b]", "extends: is no name", "name one profile"),
        ("x" * 300, "is no profile", "conveyor"),
    ],
)
def test_a_parent_that_is_not_there_is_named_at_its_place(tmp_path: Path, parent: str, what: str, mend: str) -> None:
    path = child(tmp_path, "", f"extends: {parent}")
    refusal(lambda: load_profile(path), path, 2, 1, what, mend)


def test_profiles_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    for name, parent in (("a", "b"), ("b", "c"), ("c", "a")):
        write(tmp_path, f"{name}.yaml", f"profile: {name}\nextends: {parent}.yaml\n")
    path = tmp_path / "c.yaml"
    refusal(lambda: load_profile(tmp_path / "a.yaml"), path, 2, 1, "(a → b → c → a)", "break the cycle")
    write(tmp_path, "self.yaml", "profile: self\nextends: self.yaml\n")
    refusal(lambda: load_profile(tmp_path / "self.yaml"), tmp_path / "self.yaml", 2, 1, "(self → self)", "break")


def test_an_error_in_a_parent_is_placed_in_the_parent(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml", f"profile: base\n{STACKING}\nverison: 2.0.0\n")
    path = child(tmp_path, "", "extends: base.yaml")
    refusal(lambda: load_profile(path), base, 3, 1, "verison: unknown key", "did you mean 'version'?")


def test_an_error_in_a_value_is_placed_where_it_was_written_last(tmp_path: Path) -> None:
    path = child(tmp_path, "signals:\n  process.stack_thickness:\n    update_ms: 5\n")
    refusal(lambda: load_profile(path), path, 5, 5, "greater than or equal to 10, not 5", "correct the value")


@pytest.mark.parametrize("name", ["stackng", "pack", "", "nowhere:stacking", "x" * 300, "a\0b"])
def test_a_profile_that_does_not_exist_is_one_clear_error(name: str) -> None:
    with pytest.raises(ProfileError, match=r"is no (profile|pack); (did you mean .*\? )?name a"):
        load_profile(name)


def test_another_name_for_the_same_interface_breaks_nobody(tmp_path: Path) -> None:
    path = child(tmp_path, "")
    changes = diff(load_profile("stacking"), load_profile(path))
    assert [str(c) for c in changes] == ["cosmetic: profile.profile: stacking → child"]
    assert bump(changes) == "patch"


def test_one_timer_is_changed_and_the_rest_inherited(tmp_path: Path) -> None:
    ours = load_profile(child(tmp_path, "handover: {timers: {t2: {seconds: 5}}}\n")).handover.timers
    theirs = load_profile("stacking").handover.timers
    assert {name: timer.seconds for name, timer in ours.items()} == {
        name: 5 if name == "t2" else timer.seconds for name, timer in theirs.items()
    }
    assert ours["t2"].alarm == theirs["t2"].alarm
