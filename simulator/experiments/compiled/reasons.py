"""Why an engine was taken, in both languages of the reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One reason, as a clause without a full stop."""

    en: str
    ja: str

    def text(self, lang: str = "en") -> str:
        """In Japanese for ``ja…``, in English otherwise."""
        return self.ja if lang.startswith("ja") else self.en

    def __str__(self) -> str:
        return self.en
