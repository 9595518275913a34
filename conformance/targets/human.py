"""The person at a real machine: a prompt at the console, in English or Japanese, and an Enter when it is done."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from conformance.errors import OperatorError
from conformance.transcript import Transcript

Ask = Callable[[str], Awaitable[str]]
_PROMPTS: dict[str, tuple[str, str]] = {
    "trip": (
        "Trip the safety function '{function}' at the machine.",
        "機械側で安全機能「{function}」を作動させてください。",
    ),
    "release": ("Release the safety function '{function}'.", "安全機能「{function}」を解除してください。"),
    "reset_device": (
        "Reset the safety device of '{function}' at the machine.",
        "機械側で「{function}」の安全機器をリセットしてください。",
    ),
    "permit": ("Switch the local test permit {on}.", "現場試験許可を{on}にしてください。"),
    "sensor": ("Make sensor '{signal}' read {value}.", "センサ「{signal}」の値を{value}にしてください。"),
    "sensor_fail": ("Switch the failure of sensor '{signal}' {on}.", "センサ「{signal}」の故障を{on}にしてください。"),
    "device": ("Make device '{device}' healthy: {ok}.", "機器「{device}」を正常（{ok}）にしてください。"),
    "alarm_raise": ("Cause alarm {number}.", "アラーム{number}を発生させてください。"),
    "alarm_clear": ("Remove the cause of alarm {number}.", "アラーム{number}の要因を取り除いてください。"),
    "mode": ("Choose unit mode {mode} at the machine.", "機械側で運転モード{mode}を選択してください。"),
    "cut": (
        "Cut the {protocol} connection for {seconds} s.",
        "{protocol}の接続を{seconds}秒間切断してください。",
    ),
}
_DONE = {"en": "Press Enter when done, or type 'n' if you cannot: ", "ja": "完了したらEnter、できない場合は n を入力: "}
_SWITCH = {"en": {True: "on", False: "off"}, "ja": {True: "入", False: "切"}}


class Human:
    """``Operator`` who reads prompts. Without a console he is absent, and the question stays open."""

    def __init__(self, transcript: Transcript, language: str = "en", ask: Ask | None = None) -> None:
        self._transcript = transcript
        self._language = "ja" if language.startswith("ja") else "en"
        self._ask = ask

    async def act(self, action: str, **details: Any) -> None:
        if self._ask is None and not sys.stdin.isatty():
            raise OperatorError("nobody is at the console to do what the check asks at the machine")
        answer = await (self._ask or ask_console)(f"{self.prompt(action, details)}\n{_DONE[self._language]}")
        done = not answer.strip().lower().startswith("n")
        self._transcript.add("operator", action, "at the machine", details, "done" if done else "not done")
        if not done:
            raise OperatorError(f"the operator could not do '{action}'")

    def prompt(self, action: str, details: dict[str, Any]) -> str:
        """The sentence for an action; an unknown one is shown as it is."""
        pair = _PROMPTS.get(action, ("{action}: {details}", "{action}：{details}"))
        words = {k: _SWITCH[self._language].get(v, v) if isinstance(v, bool) else v for k, v in details.items()}
        try:
            return pair[self._language == "ja"].format(**{"action": action, "details": words, **words})
        except KeyError:
            return f"{action}: {words}"


async def ask_console(prompt: str) -> str:
    """Read one line in a daemon thread, so that an interrupt does not wait for Enter."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def deliver(text: str) -> None:
        if not answer.done():
            answer.set_result(text)

    def read() -> None:
        try:
            text = input(prompt)
        except EOFError:
            text = "n"
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, text)

    threading.Thread(target=read, daemon=True).start()
    return await answer
