"""A file that is meant for another command."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import refused, setsubi

from conformance.exitcodes import ExitCode

ROOT = Path(__file__).parents[2]
KINDS = {
    "simulate": "setsubi/examples/cell_line.yaml", "experiment": "examples/experiments/buffer_or_repair.yaml",
    "design": "examples/design/wip_front.yaml", "plan": "examples/planning/ten_gwh.yaml", "effort": "examples/effort/a_to_d.yaml",
}  # fmt: skip
"""By command, a file for it."""


@pytest.mark.parametrize(
    ("command", "kind"),
    [("simulate", "experiment"), ("experiment", "simulate"), ("design", "experiment"), ("sensitivity", "design"),
     ("plan", "effort"), ("effort", "simulate"), ("simulate", "effort"), ("simulate", "plan")],
)  # fmt: skip
def test_a_file_for_another_command_is_told_which(command: str, kind: str) -> None:
    """It was told to remove keys, which would have spoilt it."""
    file = ROOT / KINDS[kind]
    refused(setsubi(command, file), ExitCode.USAGE, f"{file.name}:", "not a", f"(give it to 'setsubi {kind}')")
