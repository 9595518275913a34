"""The page of the demo tells apart what was not exercised and what does not apply."""

from __future__ import annotations

import re

import pytest

from setsubi.overview import TEXTS, Entry, render_overview

COUNTS = {"pass": 180, "fail": 1, "inconclusive": 2, "error": 1, "not-exercised": 36, "not-applicable": 7}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_figure_has_a_column_of_its_own(lang: str) -> None:
    entry = Entry("mock", "M", "mock-m", 0, 0, COUNTS, 12.0)
    page = render_overview([entry], [], fault="x", bottleneck="A", version="1", lang=lang)
    table = page[page.index(TEXTS[lang]["mock"]) :]
    heads = re.findall(r'<th class="number">([^<]+)', table)[:6]
    figures = re.findall(r'<td class="number">([^<]+)', table)[:6]
    row = dict(zip(heads, (f.strip() for f in figures), strict=True))
    not_exercised, not_applicable = TEXTS[lang]["columns"][3:]
    assert (row[not_exercised], row[not_applicable]) == ("36", "7")
    assert [row[name] for name in TEXTS[lang]["columns"][:3]] == ["180", "1", "3"]
