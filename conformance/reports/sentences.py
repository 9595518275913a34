"""What checks and the runner have said in English, said in Japanese: by the templates of ``sentences.ja.yaml``.

The event stream knows no language but that of its writers; a report translates what it reads. A sentence that no template
fits stays as it is, so that nothing is ever lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from importlib.resources import files

import yaml

from conformance.reports.texts import Texts
from profiles.model import Protocol

END, END_JA = "; ", "；"
"""Between two sentences of one text; no placeholder reaches across it."""
PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_KINDS = {
    None: ".+",
    "number": r"[-+]?(?:\d[\d.]*(?:e[-+]?\d+)?|inf|nan)(?: \([^()]*\))?",  # with its name, if it has one: 6 (Execute)
    "word": r"\S+",
    "sentence": ".+",
}
_OVER = tuple(f"{wire}: " for wire in Protocol)
_REMEMBERED = 20_000  # sentences: a run says few of them, and each many times


class Template:
    """One sentence with placeholders, in both languages."""

    def __init__(self, english: str, japanese: str) -> None:
        self.english, self.japanese = english, PLACEHOLDER.sub(r"{\1}", japanese)
        literals = PLACEHOLDER.split(english)[::3]
        self.weight = sum(map(len, literals))
        self._hint = max(literals, key=len)
        self._whole = {name for name, kind in PLACEHOLDER.findall(english) if kind == "sentence"}

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when a text first needs it: a run needs some of hundreds."""
        pattern, end = "", 0
        for found in PLACEHOLDER.finditer(self.english):
            name, kind = found.groups()
            pattern += f"{re.escape(self.english[end : found.start()])}(?P<{name}>{_KINDS[kind]})"
            end = found.end()
        return re.compile(pattern + re.escape(self.english[end:]), re.DOTALL)

    def fill(self, text: str, catalogue: Catalogue) -> str | None:
        """The Japanese of a text that the English fits."""
        if self._hint not in text:  # most do not, and this is quicker than a pattern
            return None
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        said = {name: catalogue.known(part) for name, part in found.groupdict().items()}
        if any(said[name] is None for name in self._whole):
            return None
        parts = found.groupdict()
        return self.japanese.format(**{name: parts[name] if ja is None else ja for name, ja in said.items()})


class Catalogue:
    """All templates of one language, the most literal first. ``joints`` stand between words and keep their spaces."""

    def __init__(self, templates: Mapping[str, str], joints: Mapping[str, str]) -> None:
        self._exact = {en: ja for en, ja in templates.items() if "{" not in en}
        made = [Template(en, ja) for en, ja in templates.items() if "{" in en]
        self._templates = sorted(made, key=lambda t: (-t.weight, t.english))
        self._joints = dict(joints)
        self.say = lru_cache(_REMEMBERED)(self._say)
        """The text in Japanese; sentences that no template fits stay in English."""
        self.known = lru_cache(_REMEMBERED)(self._known)
        """The Japanese of one sentence; ``None`` if no template fits."""

    def _say(self, text: str) -> str:
        said = [(sentence, self.known(sentence)) for sentence in text.split(END)]
        if all(ja is None for _, ja in said):
            return text
        return END_JA.join(sentence if ja is None else ja for sentence, ja in said)

    def _known(self, sentence: str) -> str | None:
        if sentence in self._exact:
            return self._exact[sentence]
        if sentence.startswith(_OVER):
            return self._over(sentence)
        for template in self._templates:
            said = template.fill(sentence, self)
            if said is not None:
                return said
        return self._joined(sentence) or self._of_something(sentence)

    def _over(self, sentence: str) -> str:
        """What was said of one protocol: ``opcua: no reply``."""
        wire, _, rest = sentence.partition(": ")
        return f"{wire}：{self.known(rest) or rest}"

    def _joined(self, sentence: str) -> str | None:
        """Words between joints: ``Held or Aborted``."""
        for joint, ja in self._joints.items():
            words = sentence.split(joint)
            if len(words) > 1 and all(word and " " not in word for word in words):
                return ja.join(self.known(word) or word for word in words)
        return None

    def _of_something(self, sentence: str) -> str | None:
        """``what: sentence``, where at least one side is known and the other is one word."""
        subject, colon, rest = sentence.partition(": ")
        if not colon:
            return None
        who, what = self.known(subject), self.known(rest)
        if (who is None and (what is None or " " in subject)) or (what is None and " " in rest):
            return None
        return f"{who or subject}：{what or rest}"


@cache
def japanese() -> Catalogue:
    """The catalogue of this package, read when it is first wanted."""
    templates: dict[str, str] = {}
    sections = read_sections()
    joints = sections.pop("joints")
    for section in sections.values():
        templates |= section
    return Catalogue(templates, joints)


def read_sections() -> dict[str, dict[str, str]]:
    """The data file as it is: templates by section."""
    text = (files("conformance.reports") / "sentences.ja.yaml").read_text(encoding="utf-8")
    sections: dict[str, dict[str, str]] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return sections


def prepare(texts: Texts) -> None:
    """Read now what ``said`` will want."""
    if texts.lang == "ja":
        japanese()


def said(texts: Texts, value: object) -> object:
    """A text of the event stream in the language of the report; lists item by item, any other value as it is."""
    if texts.lang != "ja":
        return value
    if isinstance(value, str):
        return japanese().say(value)
    return [said(texts, item) for item in value] if isinstance(value, (list, tuple)) else value
