"""The documents say what is so: their commands exist, what needs no server is run, and what they show is what it prints."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from command import setsubi
from documents import blocks

from conformance.exitcodes import ExitCode
from setsubi.app import app

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
NEEDS_EQUIPMENT = {"check", "demo", "init", "mock", "serve"}
RUN = {
    "README.md", "design.md", "engines.md", "event-log.md", "experiments.md", "integration-effort.md", "kpis.md", "line-file.md",
    "planning.md", "profiles.md", "shifts-and-operators.md", "validity.md", "what-if.md",
}  # fmt: skip
EVENT_LOG = ROOT / "docs" / "event-log.md"
LEFT_OUT = "…"


def sessions(document: Path) -> list[tuple[list[str], list[str]]]:
    """Commands of ``setsubi`` with what the document shows of their output."""
    found: list[tuple[list[str], list[str]]] = []
    for line in "".join(blocks(document, "console")).splitlines():
        if line.startswith("$ "):
            found.append((shlex.split(line[2:], comments=True), []))
        elif found and line.strip():
            found[-1][1].append(line)
    return [(words[1:], shown) for words, shown in found if words[0] == "setsubi"]


ALL = [pytest.param(d, words, shown, id=f"{d.name}: {' '.join(words)}") for d in DOCUMENTS for words, shown in sessions(d)]  # fmt: skip


def test_the_readme_shows_commands() -> None:
    assert len(sessions(ROOT / "README.md")) >= 8


@pytest.mark.parametrize(("document", "words", "shown"), ALL)
def test_a_command_of_a_document_exists(document: Path, words: list[str], shown: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {w for w in words if w.startswith("-") and not w.lstrip("-").isdigit()} <= known | {"--help"}


@pytest.mark.parametrize(
    ("document", "words", "shown"), [p for p in ALL if p.values[1][0] not in NEEDS_EQUIPMENT and p.values[0].name in RUN]
)  # fmt: skip
def test_a_document_shows_what_is_printed(
    document: Path, words: list[str], shown: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for examples in ("setsubi/examples", "examples"):
        shutil.copytree(ROOT / examples, tmp_path / examples)
    for text in blocks(document, "yaml"):
        file = tmp_path / text.splitlines()[0].removeprefix("# ")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    said = setsubi(*words, env={"COLUMNS": "100"})
    assert said.code == expected_code(words, shown), said.text
    printed = said.text.splitlines()
    for line in shown:
        wanted = line.strip().removesuffix(LEFT_OUT).strip()
        while wanted and not (printed and printed[0].strip().startswith(wanted)):
            assert printed, f"not printed: {line}\n{said.text}"
            printed.pop(0)


EXAMPLES = {file.name: file for file in (ROOT / "examples").rglob("*.yaml")}
NAMED = [
    pytest.param(text, id=f"{d.name}: {name}")
    for d in DOCUMENTS for text in blocks(d, "yaml") if (name := text.splitlines()[0].removeprefix("# ")) in EXAMPLES
]  # fmt: skip


@pytest.mark.parametrize("text", NAMED)
def test_an_example_that_a_document_shows_is_the_file_of_that_name(text: str) -> None:
    example = EXAMPLES[text.splitlines()[0].removeprefix("# ")]
    assert yaml.safe_load(text) == yaml.safe_load(example.read_text(encoding="utf-8"))


def test_every_experiment_that_is_an_example_is_shown_in_a_document() -> None:
    shown = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert [name for name in EXAMPLES if name not in shown] == []
    assert len(NAMED) >= 12


def expected_code(words: list[str], shown: list[str]) -> ExitCode:
    """Commands end well, but for a difference that breaks somebody, and for what the document shows not to be reached."""
    if words[:2] == ["profile", "diff"]:
        return ExitCode.NONCONFORMITY
    return ExitCode.INCOMPLETE if " not reached: best was " in "\n".join(shown) else ExitCode.CONFORMANT


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the commands of the page on event logs write."""
    folder = tmp_path_factory.mktemp("logged")
    shutil.copytree(ROOT / "examples", folder / "examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for words, _ in sessions(EVENT_LOG):
            assert setsubi(*words).code == ExitCode.CONFORMANT
    return folder


def test_the_page_on_event_logs_shows_the_first_rows(logged: Path) -> None:
    for name, shown in zip(("log.csv", "items.csv"), blocks(EVENT_LOG, "csv"), strict=True):
        assert len(shown.splitlines()) >= 3
        assert (logged / name).read_text(encoding="utf-8").startswith(shown)


def test_the_snippets_of_the_page_on_event_logs_read_what_was_written(
    logged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("pm4py")
    monkeypatch.chdir(logged)
    table: dict[str, Any] = {}
    mined: dict[str, Any] = {}
    for snippet, names in zip(blocks(EVENT_LOG, "python"), (table, mined), strict=True):
        exec(snippet, names)
    rows = [row.split(",") for row in (logged / "log.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert len(table["log"]) == len(rows)
    states = [int(row[4]) for row in rows if row[2] == "6"]
    assert list(table["states"].state) == [number // 100 for number in states]
    assert list(table["states"].cause) == [number % 10 for number in states]
    assert table["repairs"]["count"].sum() == sum(row[2] == "8" for row in rows) > 0
    assert mined["cells"]["case:concept:name"].nunique() == len({row[3] for row in rows} - {"0"})


def test_the_tests_that_the_page_on_validity_names_are_there() -> None:
    named = re.findall(r"`([\w/]+/test_\w+\.py)`", (ROOT / "docs" / "validity.md").read_text(encoding="utf-8"))
    assert len(named) >= 12
    assert [name for name in named if not (ROOT / "tests" / name).is_file()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_what_a_document_links_to_is_there(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []
