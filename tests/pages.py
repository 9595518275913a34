"""What is in an HTML report: what it loads, and the data of its charts."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from gzip import decompress
from html.parser import HTMLParser
from typing import Any

import numpy as np


class Loads(HTMLParser):
    """Whatever a browser would fetch for the elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(v) for k, v in attrs if k in ("src", "href", "srcset", "data", "action")]


def loads(html: str) -> list[str]:
    """The addresses that a page has its browser fetch."""
    return Loads(html).found


class Charts:
    """The models of a page's charts as Bokeh wrote them: every object with an id, wherever it stands."""

    def __init__(self, html: str) -> None:
        found = re.search(r"const docs_json = '(.*)';\n", html)
        assert found is not None
        text = found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        (document,) = json.loads(re.sub(r"\\(['\\])", r"\1", text)).values()
        self.models: dict[str, dict[str, Any]] = {}
        self._walk(document["roots"])

    def _walk(self, value: Any) -> None:
        if isinstance(value, dict):
            if "id" in value and "name" in value:
                self.models[value["id"]] = value
            for inner in value.values():
                self._walk(inner)
        elif isinstance(value, list):
            for inner in value:
                self._walk(inner)

    def sources(self, *columns: str) -> list[dict[str, Any]]:
        """The data of all sources that have these columns."""
        data = [
            {key: _values(column) for key, column in m["attributes"]["data"]["entries"]}
            for m in self.models.values()
            if m["name"] == "ColumnDataSource"
        ]
        return [d for d in data if set(columns) <= set(d)]

    def filtered(self) -> list[list[int]]:
        """Which numbers of the page's tick boxes the rows of each filtered chart have, from the top down."""
        codes = [
            m["attributes"]
            for m in self.models.values()
            if m["name"] == "CustomJS" and m["attributes"].get("name") == "filter"
        ]
        assert len(codes) <= 1
        return [list(numbers) for code in codes for numbers in _mapping(code["args"])["numbers"]]

    def texts(self) -> set[str]:
        """All texts that stand alone: names in legends, on axes and in tips."""
        return set(_texts(list(self.models.values())))

    def words(self) -> str:
        return json.dumps(list(self.models.values()), ensure_ascii=False)


def boxes(html: str) -> list[str]:
    """What a page lets its reader tick, in the order of the boxes."""
    found = re.findall(r'<input type="checkbox" name="unit" value="(\d+)" checked> (.*?)</label>', html)
    assert [int(number) for number, _ in found] == list(range(len(found)))
    return [name for _, name in found]


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value["entries"]) if value.get("type") == "map" else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _values(column: Any) -> Any:
    if isinstance(column, dict) and column.get("type") == "ndarray":
        assert column["dtype"] == "float32"
        return np.frombuffer(decompress(b64decode(column["array"]["data"])), np.float32)
    if isinstance(column, list):
        return [_values(c) for c in column]
    return column
