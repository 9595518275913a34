"""Every word that the reports say of their own, in English and Japanese; the profile's words come from the stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conformance.reports.records import Verdict

Lang = Literal["en", "ja"]

_WORDS: dict[str, tuple[str, str]] = {
    # verdicts
    "verdict.pass": ("pass", "適合"),
    "verdict.fail": ("fail", "不適合"),
    "verdict.inconclusive": ("inconclusive", "判定不能"),
    "verdict.not-applicable": ("not applicable", "対象外"),
    "verdict.error": ("tester error", "試験器エラー"),
    "verdict.not-exercised": ("not exercised", "未実施"),
    "verdict.known-failure": ("known failure", "既知の不適合"),
    # levels, severities, impacts, trust
    "level.MUST": ("MUST", "必須"),
    "level.SHOULD": ("SHOULD", "推奨"),
    "level.MAY": ("MAY", "任意"),
    "severity.safety": ("safety", "安全"),
    "severity.item-loss": ("item loss", "ワーク喪失"),
    "severity.data": ("data", "データ"),
    "severity.cosmetic": ("cosmetic", "軽微"),
    "impact.observe": ("observe", "監視のみ"),
    "impact.write": ("write", "書込み"),
    "impact.actuate": ("actuate", "動作"),
    "impact.disrupt": ("disrupt", "通信妨害"),
    "impact.operator": ("operator", "作業者操作"),
    "trust.A": ("specification, official nodeset or code", "規格・公式情報モデル・公式コード"),
    "trust.B": ("trade press or vendor", "業界誌・メーカー資料"),
    "trust.C": ("single unconfirmed statement", "未確認の単独情報"),
    "trust.D": ("derived by arithmetic", "計算による導出"),
    "trust.K": ("general knowledge, to be checked", "一般知識（要確認）"),
    "trust.S": ("our own assumption", "当方の仮定"),
    "kind.real": ("real", "実機"),
    "kind.mock": ("mock", "模擬設備"),
    # areas
    "area.identification": ("identification", "識別情報"),
    "area.communication": ("communication", "通信・生存監視"),
    "area.states": ("states and modes", "状態・モード"),
    "area.handover": ("hand-over", "受渡し"),
    "area.alarms": ("alarms", "アラーム"),
    "area.safety": ("safety reporting", "安全状態の通知"),
    "area.production": ("production data", "生産データ・トレーサビリティ"),
    "area.recipes": ("recipes and parameters", "レシピ・パラメータ"),
    "area.consistency": ("agreement of the protocols", "プロトコル間の整合"),
    "area.modbus": ("Modbus wire behaviour", "Modbus通信仕様"),
    "area.opcua": ("OPC UA services", "OPC UAサービス"),
    # the conclusion, by exit code
    "conclusion.0": ("Conformant", "適合"),
    "conclusion.0.partial": ("Conformant in what was exercised", "実施範囲において適合"),
    "conclusion.0.known": (
        "Conformant in what was exercised, but for known failures",
        "既知の不適合を除き、実施範囲において適合",
    ),
    "conclusion.1": ("Not conformant", "不適合"),
    "conclusion.1.stale": (
        "No MUST is newly found violated, but the baseline is stale",
        "必須要件に新たな不適合はないが、ベースラインが古い",
    ),
    "conclusion.2": ("Interrupted: no verdict on the whole", "中断（総合判定なし）"),
    "conclusion.3": ("Tester error: no verdict on the whole", "試験器エラー（総合判定なし）"),
    "conclusion.4": (
        "Not started: wrong usage, profile or target file",
        "未実施（引数・プロファイル・対象ファイルの誤り）",
    ),
    "conclusion.5": ("Nothing was checked", "検査項目なし"),
    "conclusion.6": ("Incomplete: a MUST was not decided", "未完了（判定できない必須要件あり）"),
    "conclusion.7": ("Target unreachable", "対象に接続不可"),
    "conclusion.other": ("Ended with exit code {code}", "終了コード {code} で終了"),
    "code.0": ("no nonconformity was found", "不適合は検出されなかった"),
    "code.0.known": ("no nonconformity beyond the baseline was found", "ベースライン以外の不適合は検出されなかった"),
    "code.1": ("at least one MUST is violated", "必須要件に不適合がある"),
    "code.1.should": (
        "at least one SHOULD is not met, and --strict counts it",
        "推奨要件に不適合がある（--strictでは不適合として扱う）",
    ),
    "code.1.stale": (
        "the baseline is stale: it holds failures that no longer occur",
        "ベースラインが古い（すでに解消した不適合が残っている）",
    ),
    "code.2": ("the run was interrupted", "試験が中断された"),
    "code.3": ("an error of the tester itself, not of the target", "対象ではなく試験器側のエラー"),
    "code.4": ("wrong usage, profile or target file", "引数・プロファイル・対象ファイルの誤り"),
    "code.5": ("no check was run", "検査が一つも実施されなかった"),
    "code.6": ("a MUST that applies was not decided", "適用される必須要件に判定できないものがある"),
    "code.7": ("the target could not be reached", "対象に接続できなかった"),
    "code.other": ("unknown to this version", "このバージョンでは未定義"),
    # summary sentences
    "sum.must_failed": ("{n} MUST violated", "必須要件の不適合 {n} 件"),
    "sum.should_failed": ("{n} SHOULD not met", "推奨要件の不適合 {n} 件"),
    "sum.must_undecided": ("{n} MUST undecided", "判定できない必須要件 {n} 件"),
    "sum.must_not_exercised": ("{total} not exercised, {n} of them MUST", "未実施 {total} 件（うち必須要件 {n} 件）"),
    "sum.of_which_must": (", {n} of them MUST", "（うち必須要件 {n} 件）"),
    "sum.beyond": ("{n} MUST violated beyond the baseline", "ベースライン以外の必須要件の不適合 {n} 件"),
    "sum.known": ("1 known failure", "既知の不適合 1 件"),
    "sum.knowns": ("{n} known failures", "既知の不適合 {n} 件"),
    "sum.not_reached": ("not reached: {n} requirements", "未到達の要件 {n} 件"),
    "sum.passed": ("{n} of {total} requirements passed", "要件 {total} 件中 {n} 件適合"),
    "sum.put_back": ("all values written were put back ({n})", "書き込んだ値はすべて復元済み（{n} 件）"),
    "sum.nothing_to_put_back": ("there was no value to put back", "復元が必要な値なし"),
    "sum.restore_failed": ("values NOT restored: {n}", "復元できなかった値 {n} 件"),
    "no_footer": (
        "The stream has no end: the run was interrupted. What had been found until then is reported here.",
        "記録に終端がなく、試験は途中で中断されています。それまでの結果のみを示します。",
    ),
    "selected_only": (
        "Only a selection of the requirements was run; this is no complete examination.",
        "一部の要件のみを選択して実施した結果であり、全項目の試験ではありません。",
    ),
    "disclaimer": (
        "This report rests on our own reading of the guideline. It is not BASC's text, and it is no safety validation.",
        "本報告書は当方によるガイドラインの解釈に基づくものです。BASCの公式文書ではなく、安全妥当性確認でもありません。",
    ),
    "not_reached": (
        "no finding in this run: not selected, or the run ended before",
        "この試験では結果なし（選択対象外、または実施前に終了）",
    ),
    # labels
    "report": ("Conformance report", "適合性試験報告書"),
    "target": ("Target", "試験対象"),
    "profile": ("Profile", "プロファイル"),
    "pack": ("Pack", "パック"),
    "digest": ("Digest", "ダイジェスト"),
    "claims": ("Claims", "実装申告"),
    "claimed": ("claimed", "実装あり"),
    "not_claimed": ("not claimed", "実装なし"),
    "impact": ("Impact", "影響度"),
    "selection": ("Selection", "選択条件"),
    "only": ("only", "対象"),
    "exclude": ("without", "除外"),
    "protocols": ("Protocols", "プロトコル"),
    "time_scale": ("Time scale", "時間倍率"),
    "started": ("Started", "開始"),
    "finished": ("Finished", "終了"),
    "duration": ("Duration", "所要時間"),
    "tool": ("Tool", "試験ツール"),
    "exit_code": ("Exit code", "終了コード"),
    "reason": ("Reason", "理由"),
    "statement": ("Standing of this report", "本報告書の位置づけ"),
    "summary": ("Summary", "結果概要"),
    "by_area": ("By area", "分野別の結果"),
    "area": ("Area", "分野"),
    "verdict": ("Verdict", "判定"),
    "level": ("Level", "要求レベル"),
    "severity": ("Severity", "重大度"),
    "total": ("Total", "合計"),
    "all": ("all", "すべて"),
    "findings": ("Findings", "試験結果"),
    "to_mend": ("To be mended or decided", "是正または判断が必要な項目"),
    "others": ("All other requirements", "その他の要件"),
    "none_to_mend": ("Nothing to be mended.", "是正が必要な項目はありません。"),
    "search": ("Search", "検索"),
    "search_hint": ("id, text, signal …", "ID・本文・信号名 …"),
    "shown": ("shown", "件表示"),
    "reset": ("Show all", "すべて表示"),
    "expand": ("Open all", "すべて開く"),
    "collapse": ("Close all", "すべて閉じる"),
    "other_language": ("日本語", "English"),
    "requirement": ("Requirement", "要件"),
    "requirements": ("Requirements", "要件"),
    "source": ("Source", "出典"),
    "trust": ("trust", "信頼度"),
    "check": ("Check", "検査"),
    "since": ("Since", "初出"),
    "parameters": ("Parameters", "パラメータ"),
    "faults": ("Faults that it catches", "検出できる故障"),
    "expectations": ("Expected and actual", "期待値と実測値"),
    "what": ("Expectation", "確認項目"),
    "expected": ("Expected", "期待値"),
    "actual": ("Actual", "実測値"),
    "evidence": ("Evidence", "証跡"),
    "met": ("met", "合"),
    "unmet": ("not met", "否"),
    "unclear": ("not decidable", "判定不能"),
    "via": ("Via", "経路"),
    "transcript": ("Transcript", "通信記録"),
    "steps": ("steps: {n}", "{n} 件"),
    "time": ("Time [s]", "時刻 [s]"),
    "operation": ("Operation", "操作"),
    "address": ("Address", "アドレス"),
    "value": ("Value", "値"),
    "status": ("Status", "ステータス"),
    "raw": ("Raw", "生データ"),
    "timing": ("Timing diagram", "タイミングチャート"),
    "changes": ("Changes as a table", "変化の一覧表"),
    "signal": ("Signal", "信号"),
    "axis": ("time [s]", "時間 [s]"),
    "applies_to": ("Applies to", "適用範囲"),
    "everything": ("all equipment", "すべての設備"),
    "excluded_why": ("Not checked because", "検査しない理由"),
    "run_it": ("Check it alone", "単独での実行"),
    "remedy": ("How to mend it", "是正方法"),
    "remedy.open": ("How to meet it, should it be violated", "不適合だった場合の是正方法"),
    "reproduce": ("Reproduce", "再現コマンド"),
    "copy": ("Copy", "コピー"),
    "copied": ("Copied", "コピーしました"),
    "notes": ("Notes", "備考"),
    "not_exercised": ("MUST requirements that were not exercised", "未実施の必須要件"),
    "not_exercised_why": (
        "These requirements apply, but this run did not examine them. The report says nothing about them.",
        "適用対象ですが今回の試験では実施していない要件です。本報告書はこれらの適否を示しません。",
    ),
    "excluded": ("Requirements without a check", "検査のない要件"),
    "restored": ("Values written and restored", "書込み後に復元した値"),
    "old_value": ("Restored to", "復元値"),
    "result": ("Result", "結果"),
    "ok": ("restored", "復元済み"),
    "not_ok": ("NOT RESTORED", "復元失敗"),
    "restore_warning": (
        "Some values could not be restored. Put them right at the equipment before it runs again.",
        "復元できなかった値があります。運転再開前に設備側で必ず設定を確認・修正してください。",
    ),
    "signatures": ("Acceptance", "立会い・承認"),
    "signed_vendor": ("Equipment vendor", "設備メーカー"),
    "signed_customer": ("Customer", "発注者"),
    "signed_date": ("Date and signature", "日付・署名"),
    "plan.text": ("text", "本文"),
    "plan.writes": ("writes", "書込み"),
    "plan.count": ("{n} requirements would be checked", "検査する要件 {n} 件"),
    "plan.count_one": ("{n} requirement would be checked", "検査する要件 {n} 件"),
    "plan.split": (": {writers} with writes, {others} that write nothing", "（書込みあり {writers}、なし {others}）"),
    "plan.beyond": (
        "{n} left out, needs --impact {impact}: {ids}",
        "実施しない要件 {n} 件（--impact {impact} が必要）：{ids}",
    ),
    "plan.more": (" and {n} more", " ほか{n}件"),
    "written": ("reports: {path}", "報告書: {path}"),
    "applies.kinds": ("kinds", "設備種別"),
    "applies.protocols": ("protocols", "プロトコル"),
    "applies.options": ("options", "オプション"),
    "applies.signals": ("signals", "信号"),
    "skip_link": ("Skip to the findings", "試験結果へ移動"),
    "checking": ("checking", "試験中"),
}


@dataclass(frozen=True)
class Texts:
    """The words in one language: ``texts("fail")``, ``texts("steps", n=3)``."""

    lang: Lang

    def __call__(self, key: str, **values: object) -> str:
        text = _WORDS[key][self.lang == "ja"]
        return text.format(**values) if values else text

    def verdict(self, verdict: Verdict) -> str:
        return self(f"verdict.{verdict}")

    def area(self, area: str) -> str:
        """Areas belong to packs: one that we have no word for is shown by its own name."""
        return self.word("area", area).replace("_", " ")

    def word(self, prefix: str, code: str) -> str:
        """The word for a code, such as ``kind`` ``mock``; one that we have no word for stays as it is."""
        key = f"{prefix}.{code}"
        return self(key) if key in _WORDS else code

    def of_code(self, prefix: str, code: int) -> str:
        key = f"{prefix}.{code}"
        return self(key) if key in _WORDS else self(f"{prefix}.other", code=code)


def texts_in(lang: str) -> Texts:
    """Texts for a language tag (``ja``, ``ja-JP``, ``en`` …); English for any other language."""
    return Texts("ja" if lang.lower().startswith("ja") else "en")
