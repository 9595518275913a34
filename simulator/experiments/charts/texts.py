"""Words of the charts, in English and Japanese; every key exists in both."""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "how": "Charts: drag to zoom, Ctrl + mouse wheel to zoom at the pointer, ↺ to see all again; point at anything to read it; click an "
        "entry of a legend to hide it or show it.", "together": "Charts over the same hours zoom together.",
        "pan": "Move", "box": "Zoom into a box", "wheel": "Zoom (Ctrl + wheel)", "reset": "See all again", "save": "Save as PNG",
        "hover": "Say what is under the pointer", "filter": "Show", "all": "all", "from": "from", "to": "to", "unit": "unit", "state": "state",
        "cause": "cause", "account": "time", "share": "share", "mean": "mean", "interval": "95 % interval of the mean", "least": "least", "most": "most",
        "replications": "replications", "rate": "cells per hour", "sole": "sole bottleneck",
        "shifting": "shifting bottleneck", "items": "items", "scenario": "scenario", "difference": "difference",
        "value": "value", "verdict": "verdict", "factor": "factor", "design": "design", "designs": "designs tried", "front": "front",
        "fresh": "on fresh random numbers", "compared": "compared with", "number": "no.",
        "reached": "reaches the target", "missed": "does not reach the target",
    },
    "ja": {
        "how": "図の操作：ドラッグで拡大、Ctrl＋ホイールでポインター位置を拡大、↺で全体表示。図の上にポインターを置くと値を表示し、凡例をクリックすると表示・非表示を切り替える。",
        "together": "同じ時間範囲の図は、連動して拡大する。",
        "pan": "移動", "box": "範囲を拡大", "wheel": "拡大・縮小（Ctrl＋ホイール）", "reset": "全体を表示", "save": "PNGで保存",
        "hover": "値を表示", "filter": "表示", "all": "すべて", "from": "開始", "to": "終了", "unit": "設備", "state": "状態",
        "cause": "原因", "account": "時間区分", "share": "割合", "mean": "平均", "interval": "平均の95％信頼区間", "least": "最小", "most": "最大",
        "replications": "各反復", "rate": "1時間あたりのセル数", "sole": "単独ボトルネック",
        "shifting": "移行中のボトルネック", "items": "個数", "scenario": "シナリオ", "difference": "差",
        "value": "値", "verdict": "判定", "factor": "因子", "design": "設計案", "designs": "試した設計案", "front": "パレート前線",
        "fresh": "別の乱数で再計算", "compared": "比較の基準", "number": "番号",
        "reached": "目標達成", "missed": "目標未達",
    },
}  # fmt: skip

CAUSES: dict[str, dict[str, str]] = {
    "en": {
        "NONE": "–", "STARVED": "starved", "BLOCKED": "blocked", "EQUIPMENT_FAILURE": "own failure", "EXTERNAL_FAILURE": "failure elsewhere",
        "SAFETY": "safety", "OPERATOR": "operator", "BREAK": "break", "MAINTENANCE": "planned maintenance", "WAITING": "waiting for an operator",
    },
    "ja": {
        "NONE": "–", "STARVED": "ワーク待ち", "BLOCKED": "払出待ち", "EQUIPMENT_FAILURE": "自設備の故障", "EXTERNAL_FAILURE": "外部の故障",
        "SAFETY": "安全", "OPERATOR": "作業者の操作", "BREAK": "休憩", "MAINTENANCE": "計画保全", "WAITING": "作業者待ち",
    },
}  # fmt: skip
