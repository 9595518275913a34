"""YAML with places: what is read, where it came from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from profile_files import refusal

from profiles import yamlsource
from profiles.errors import Place
from profiles.pack import PACKS
from profiles.yamlsource import load_yaml, parse_yaml

NAME = "file.yaml"


# YAML 1.1 folds the exotic line ends (NEL, LS, PS) of a text into a space; nobody has them in a profile.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]))


def read(text: str) -> object:
    return parse_yaml(text, NAME).data


def test_every_key_and_item_knows_its_place() -> None:
    source = parse_yaml("a: 1\nb:\n  - x\n  - {c: 2}\n", NAME)
    assert source.place(("a",)) == Place(NAME, 1, 1)
    assert source.place(("b",)) == Place(NAME, 2, 1)
    assert source.place(("b", 0)) == Place(NAME, 3, 5)
    assert source.place(("b", 1, "c")) == Place(NAME, 4, 6)


def test_an_unknown_path_has_the_place_of_its_nearest_ancestor() -> None:
    source = parse_yaml("a:\n  b: 1\n", NAME)
    assert source.place(("a", "b", "c", 3)) == Place(NAME, 2, 3)
    assert str(source.place(("nowhere",))) == f"{NAME}:1:1"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("no", "no"), ("true", True), ("False", False), ("2024-11-19", "2024-11-19"), ("1:30", "1:30"),
        ("0100", "0100"), ("0x1F", 31), ("1e3", 1000.0), ("1.0e+12", 1e12), ("-40", -40), (".5", 0.5), ("~", None), ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    """A PLC manual's 0100 is no octal 64, 1:30 is no 90, and a switch may be called on."""
    assert read(f"k: {text}") == {"k": value}


def test_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    source = load_yaml(path)
    assert source.data == {"a": 1, "b": 2}
    assert source.place(("b",)).line == 2


def test_anchors_may_be_used() -> None:
    assert read("a: &x {n: 1}\nb: *x\n") == {"a": {"n": 1}, "b": {"n": 1}}


@pytest.mark.parametrize(
    ("text", "line", "column", "what", "mend"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "key 'a' stands twice (first on line 1)", "keep one"),
        ("s:\n  x: 1\n  x: 2\n", 3, 3, "key 'x' stands twice", "keep one"),
        ("a: [1, 2\nb: 3\n", 2, 2, "not valid YAML", "indentation, quotes and colons"),
        ("a: 1\n\tb: 2\n", 2, 1, "not valid YAML", "indentation"),
        ("a: 1\nb: 'open\nc: 2\n", 2, 4, "the quote that begins here does not end on its line", "close it"),
        ('a: "open\nb:\n  c: "x"\nd: 1\n', 1, 4, "the quote that begins here does not end on its line", "close it"),
        ("a: \"two\n  lines\"\nb: 'x' y\n", 3, 8, "not valid YAML: expected <block end>", "quotes"),
        ("a: 1\n---\nb: 2\n", 2, 1, "not valid YAML", "indentation"),
        ("a: b: c\n", 1, 5, "not valid YAML", "colons"),
        ("? [1, 2]\n: x\n", 1, 3, "a key must be a plain name or number", "quote it or remove it"),
        ("a: !!python/object/apply:os.system [x]\n", 1, 4, "means nothing here", "remove the tag"),
        ("a: !!python/name:os.system x\n", 1, 4, "cannot be read", "quote it"),
        ("a: !!int x\n", 1, 4, "value 'x' cannot be read", "quote it"),
        ("a: &x\n  b: *x\n", 1, 4, "an anchor that contains itself", "remove the alias"),
        ("a: *nothing\n", 1, 4, "not valid YAML", ""),
        ("a: 1\nb: \x00\n", 2, 4, "control character 0x00", "is it a text file?"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused(text: str, line: int, column: int, what: str, mend: str) -> None:
    refusal(lambda: read(text), NAME, line, column, what, mend)


def test_aliases_that_multiply_are_refused_at_once() -> None:
    """Ten lines would otherwise expand to a thousand million nodes."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    refusal(lambda: read("\n".join(lines)), NAME, 1, 34, "aliases make it too large", "is it the right file?")


def test_too_deep_a_file_is_refused() -> None:
    refusal(lambda: read("[" * 20_000 + "]" * 20_000), NAME, 0, 0, "nested too deeply", "flatten")


@pytest.mark.parametrize(
    ("content", "line", "column", "what", "mend"),
    [
        (b"title: caf\xe9\n", 1, 11, "is not UTF-8 text (byte 0xe9)", "save it as UTF-8"),
        (b"a: 1\nb: \x90\xcf\x91w\n", 2, 4, "is not UTF-8 text (byte 0x90)", "save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", 1, 1, "is not UTF-8 text (byte 0x89)", "right file"),
        (b"PK\x03\x04 rest", 1, 3, "control character 0x03", "is it a text file?"),
        (b"a" * (8 * 1024 * 1024 + 1), 0, 0, "is 8388609 bytes long", "at most 8388608 bytes"),
    ],
    ids=["latin-1", "shift-jis", "png", "zip", "huge"],
)
def test_files_that_are_no_text(tmp_path: Path, content: bytes, line: int, column: int, what: str, mend: str) -> None:
    path = tmp_path / NAME
    path.write_bytes(content)
    refusal(lambda: load_yaml(path), path, line, column, what, mend)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    refusal(lambda: load_yaml(tmp_path / NAME), tmp_path / NAME, 0, 0, "no such file", "check the name")
    refusal(lambda: load_yaml(tmp_path), tmp_path, 0, 0, "", "")
    with pytest.raises(Exception, match="cannot be read") as caught:
        load_yaml(Path("with\0nul.yaml"))
    assert type(caught.value).__name__ == "ProfileError"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1), inner, max_size=4),
        max_leaves=12,
    )
)
def test_plain_data_comes_back(data: object) -> None:
    assert read(yaml.safe_dump(data, allow_unicode=True)) == data


@given(st.text(max_size=200))
def test_no_text_makes_it_stumble(text: str) -> None:
    """Whatever the text, there is data or one error with a place in this file."""
    from profiles import ProfileError

    try:
        parse_yaml(text, NAME)
    except ProfileError as error:
        assert error.place.path == NAME


@pytest.mark.skipif(yamlsource._FAST_LOADER is None, reason="this PyYAML was built without libyaml")
@pytest.mark.parametrize("path", sorted(PACKS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_with_and_without_libyaml_a_file_says_the_same_at_the_same_places(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = load_yaml(path)
    monkeypatch.setattr(yamlsource, "_FAST_LOADER", None)
    slow = load_yaml(path)
    assert fast.data == slow.data
    assert fast.places == slow.places
