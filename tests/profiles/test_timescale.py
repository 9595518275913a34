"""What a simulated unit says of its time scale is understood, and nothing else is taken for it."""

from __future__ import annotations

import pytest

from profiles.timescale import heard, said


@pytest.mark.parametrize("time_scale", [1.0, 5.0, 2.5, 0.1, 0.00025, 10000.0, 1e-05])
def test_what_is_said_is_heard(time_scale: float) -> None:
    assert heard(said(time_scale)) == pytest.approx(time_scale)


@pytest.mark.parametrize(
    "text", [None, "", "0", "5", "build 5", "setsubi time_scale=", "setsubi time_scale=0", "setsubi time_scale=5 "]
)
def test_other_words_tell_nothing(text: object) -> None:
    assert heard(text) is None
