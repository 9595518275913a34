"""The index of the examples names each of them, and the page that shows what its command prints."""

from __future__ import annotations

import re
from pathlib import Path

from documents import blocks

EXAMPLES = Path(__file__).parents[2] / "examples"
LINK = re.compile(r"\[[^]]*\]\(([^)#]*)#?([^)]*)\)")


def rows() -> list[list[str]]:
    lines = (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")][2:]


def links(text: str) -> list[tuple[Path, str]]:
    return [((EXAMPLES / path).resolve(), anchor) for path, anchor in LINK.findall(text)]


def test_every_example_is_in_the_index() -> None:
    named = {path for row in rows() for path, _ in links(row[1])}
    assert all(path.is_file() for path in named)
    there = {path for path in EXAMPLES.rglob("*") if path.is_file() and path.name != "README.md"}
    assert there <= named


def test_every_command_of_the_index_stands_in_its_page_under_its_heading() -> None:
    assert len(rows()) >= 19
    for _, _, command, read in rows():
        ((page, anchor),) = links(read)
        text = page.read_text(encoding="utf-8")
        shown = "".join(blocks(page, "console"))
        assert f"$ {command.strip('`')}\n" in shown, f"{page.name} shows no {command}"
        headings = {h.lower().replace(" ", "-") for h in re.findall(r"^## (.*)$", text, re.MULTILINE)}
        assert not anchor or anchor in headings, f"{page.name} has no heading {anchor}"


def test_the_line_that_the_index_names_beside_a_file_is_the_one_that_the_file_names() -> None:
    named = [re.findall(LINK, row[1]) for row in rows() if ", line [" in row[1]]
    assert len(named) >= 4
    for (file, _), (line, _), *_ in named:
        text = (EXAMPLES / file).read_text(encoding="utf-8")
        assert re.search(rf"^line: (\S*/)?{Path(line).name}\b", text, re.MULTILINE), f"{file} is not on {line}"
