"""What a simulated unit says of its time scale is understood, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from profiles.timescale import heard, said


@given(time_scale=st.floats(1e-6, 10_000))
@example(1 / 30)
@example(0.0333333)
@example(0.000123456)
@example(1e-05)
@example(10_000.0)
def test_what_is_said_is_heard(time_scale: float) -> None:
    told = heard(said(time_scale))
    assert told == pytest.approx(time_scale, rel=5e-6)  # to the digits that are said
    assert said(told) == said(time_scale)


@pytest.mark.parametrize("text", [None, "", "5", "build 5", "time_scale=5", "setsubi time_scale=5 "])
def test_other_words_tell_nothing(text: object) -> None:
    assert heard(text) is None


@pytest.mark.parametrize("figure", ["", "0", "0.0", "-5", "1e999", "1e-999", ".", "e", "1-2", "1.2.3", "nan", "inf"])
def test_what_is_no_speed_tells_nothing(figure: str) -> None:
    assert heard(f"setsubi time_scale={figure}") is None
