"""The sheets of a profile in Japanese: headings, titles, and the codes that stand in cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from conformance.reports.sheets import Sheet
from conformance.reports.texts import texts_in

JAPANESE = texts_in("ja")
TITLES = {
    "Modbus register map": "Modbusレジスタマップ",
    "OPC UA variables": "OPC UA変数一覧",
    "OPC UA methods": "OPC UAメソッド一覧",
    "Alarms": "アラーム一覧",
    "Hand-over timers": "受渡しタイマ",
    "Requirements": "要件一覧",
}
HEADINGS = {
    "table": "テーブル",
    "address": "アドレス",
    "reference": "参照番号",
    "last": "末尾アドレス",
    "signal": "信号",
    "type": "型",
    "words": "ワード数",
    "word order": "ワード順",
    "scale": "倍率",
    "unit": "単位",
    "range / values": "範囲・値",
    "access": "アクセス",
    "functions": "機能コード",
    "option": "オプション",
    "group": "一括グループ",
    "not implemented": "未実装値",
    "update [ms]": "更新周期 [ms]",
    "title (en)": "名称（英）",
    "title (ja)": "名称（日）",
    "OPC UA path": "OPC UAパス",
    "browse path": "ブラウズパス",
    "data type": "データ型",
    "Modbus reference": "Modbus参照番号",
    "arguments": "引数",
    "PackML command": "PackML指令",
    "method": "メソッド",
    "number": "番号",
    "word": "ワード",
    "bit": "ビット",
    "id": "ID",
    "severity": "重大度",
    "category": "分類",
    "reaction": "反応",
    "latched": "保持",
    "text (en)": "本文（英）",
    "text (ja)": "本文（日）",
    "starts": "開始",
    "stops": "停止",
    "seconds": "秒",
    "watched by": "監視側",
    "alarm": "アラーム",
    "area": "分野",
    "level": "要求レベル",
    "impact": "影響度",
    "since": "初出",
    "parameters": "パラメータ",
    "source": "出典",
    "trust": "信頼度",
    "check": "検査",
    "excluded": "検査しない理由",
}
CODES = {
    "table": {"coil": "コイル", "discrete": "ディスクリート入力", "input": "入力レジスタ", "holding": "保持レジスタ"},
    "word order": {"big": "上位ワード先", "little": "下位ワード先"},
    "access": {"r": "読出し", "rw": "読書き"},
    "latched": {"yes": "あり", "no": "なし"},
    "category": {
        "process": "工程",
        "equipment": "設備",
        "handover": "受渡し",
        "material": "材料",
        "safety": "安全",
        "communication": "通信",
    },
    "watched by": {"sender": "送側", "receiver": "受側", "both": "双方"},
    "reaction": {"none": "なし", "warn": "警告", "hold": "保留", "stop": "停止", "abort": "非常停止"},
}
"""Japanese of the codes in a column; what is not listed stays."""
_LENGTH = re.compile(r"≤ (\d+) characters")


def in_language(sheet: Sheet, lang: str) -> Sheet:
    """The sheet in Japanese if that is asked for; its name, which becomes a file's, stays."""
    if not lang.startswith("ja"):
        return sheet
    whose, colon, what = sheet.title.rpartition(": ")
    return replace(
        sheet,
        title=f"{whose}{colon}{TITLES[what]}",
        columns=tuple(HEADINGS[name] for name in sheet.columns),
        rows=tuple(
            tuple(_cell(name, cell) for name, cell in zip(sheet.columns, row, strict=True)) for row in sheet.rows
        ),
        brief=tuple(HEADINGS[name] for name in sheet.brief),
    )


def _cell(column: str, cell: str) -> str:
    if not cell:
        return cell
    if column in _WORDED:
        return _WORDED[column](cell)
    return CODES[column].get(cell, cell) if column in CODES else cell


def _word(prefix: str) -> Callable[[str], str]:
    """The reports' own word for a code; alarms have a number as severity, and packs may have areas of their own."""
    return lambda code: JAPANESE.word(prefix, code)


_WORDED: dict[str, Callable[[str], str]] = {
    "area": JAPANESE.area,
    "level": _word("level"),
    "severity": _word("severity"),
    "impact": lambda code: f"{JAPANESE.word('impact', code)} ({code})",  # as --impact wants it
    "range / values": lambda cell: _LENGTH.sub(r"\1文字以下", cell),
}
