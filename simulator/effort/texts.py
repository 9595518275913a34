"""Words of the effort estimate, in English and Japanese; every key exists in both."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.experiments.texts import language, texts

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Integration effort", "sub": "{n} units of {v} vendors, {joints} joints, {lines} lines · {runs} runs, seed {seed}, {draws} draws",
        "hours": "man-hours", "h": "h", "mean": "mean", "p10": "P10", "p50": "P50", "p90": "P90", "without": "without a common interface", "with": "with a common interface",
        "saved": "saved", "short_without": "without", "short_with": "with", "totals": "Man-hours, lines built: {n}", "probability": "Hours are saved in {share:.0%} of the runs.",
        "pays": "With these figures the common interface pays (in more than half of the runs) from line {n} on.",
        "pays_until": "With these figures the common interface pays (in more than half of the runs) from line {n} to line {until} only.",
        "pays_not": "With these figures it does not pay within {last} lines.",
        "all_assumed": "Every parameter is assumed: no such figure is public. This is an example, not a forecast.",
        "some_assumed": "{n} of {of} parameters are assumed; the result is as good as they are.",
        "none_assumed": "No parameter is marked as assumed; the result is as good as they are.",
        "more_may_come": "The reports of {units} leave requirements undecided: more findings may come than are counted here.",
        "chain": "Hours on each joint", "chain_caption": "Means over the runs, all lines. Red, above: without a common interface, at the joint. Green, below: with one, at the joint and at the unit. "
        "Not shown: what belongs to the line as a whole ({without:.0f} h of coordination without, {with_:.0f} h of introduction with).",
        "distribution": "Distributions", "distribution_caption": "Above: man-hours of all lines in the runs. Below: hours saved; lines: P10, P50, P90.", "runs": "runs",
        "by_lines": "Hours saved by number of lines", "by_lines_caption": "Of the first lines together. Band: P10 to P90, line: P50. What is done once (introduction, reading, first implementation) is borne by the first line.",
        "line_count": "lines built", "saves": "runs saving %", "by_vendors": "The same lines by number of vendors",
        "by_vendors_caption": "The units made by 1, 2, … vendors in turn, no unit bringing a report. Band: P10 to P90, line: P50.", "vendor_count": "vendors",
        "swings": "Which parameter matters", "swings_caption": "Mean hours saved in the runs with the lowest tenth of a parameter's values (light) and with the highest (dark). Replace the topmost assumptions first.",
        "parameter": "parameter", "lowest": "at its lowest tenth", "highest": "at its highest tenth",
        "tasks": "By task", "task": "task", "joints": "By joint", "joint": "joint", "vendors": "vendors", "units": "By unit, with a common interface", "unit": "unit", "vendor": "vendor",
        "open": "open findings", "open_known": "{all} ({parts}), of its report", "open_none": "none, of its report", "open_assumed": "{n:g} expected (assumed)", "undecided": "; {n} undecided",
        "place": "place in the effort file",
        "rules": "How it is computed", "rule_draws": "Each run draws every parameter; common: one value for all joints and units (what is not known of one is not known of any), separate: one for each.",
        "rule_sum": "Quantiles do not add up; means do.", "rule_report": "Open findings of a report cost their hours by severity. Undecided requirements cost nothing here, because nobody knows yet: run the checks that were not exercised.",
        "rule_source": "Our own model of the picture 'man-hours saved by an interface guideline' (equipment A – conveyor – B – conveyor – C – conveyor – D), which comes without figures.",
        "severity.safety": "safety", "severity.item-loss": "item loss", "severity.data": "data", "severity.cosmetic": "cosmetic",
        "specification": "specification", "glue_code": "glue code", "joint_test": "joint tests", "pairing": "pairing of vendors", "coordination": "coordination of all vendors",
        "introduction": "introduction of the guideline", "reading": "reading the profile", "implementation": "implementation of the interface", "claim": "claim and target file",
        "conformance_run": "conformance runs", "fixing": "mending findings",
    },
    "ja": {
        "title": "統合工数", "sub": "設備{n}台、メーカー{v}社、接続{joints}か所、{lines}ライン・{runs}回の試行、シード{seed}、抽出 {draws}",
        "hours": "工数 h", "h": "h", "mean": "平均", "p10": "P10", "p50": "P50", "p90": "P90", "without": "共通インターフェースなし", "with": "共通インターフェースあり",
        "saved": "削減", "short_without": "なし", "short_with": "あり", "totals": "全{n}ラインの工数", "probability": "試行の{share:.0%}で工数が減ります。",
        "pays": "この値では、{n}ライン目から（試行の過半数で）共通インターフェースが有利になります。",
        "pays_until": "この値では、{n}ライン目から{until}ライン目までに限り（試行の過半数で）共通インターフェースが有利になります。",
        "pays_not": "この値では、{last}ライン以内には有利になりません。",
        "all_assumed": "パラメータはすべて仮定です。公表された値はありません。予測ではなく一例です。",
        "some_assumed": "{of}個のパラメータのうち{n}個は仮定です。結果の確かさは仮定しだいです。",
        "none_assumed": "仮定と記されたパラメータはありません。結果の確かさはパラメータしだいです。",
        "more_may_come": "{units}の報告書には未判定の要求があります。ここで数えた以上の指摘が出る可能性があります。",
        "chain": "接続ごとの工数", "chain_caption": "試行の平均、全ライン。上の赤：共通インターフェースなしの接続の工数。下の緑：ありの場合の接続と設備の工数。"
        "ライン全体の工数は図に含みません（なし：調整{without:.0f} h、あり：導入{with_:.0f} h）。",
        "distribution": "分布", "distribution_caption": "上：全ラインの工数の分布。下：削減工数。線はP10、P50、P90。", "runs": "試行数",
        "by_lines": "ライン数と削減工数", "by_lines_caption": "そのラインまでの累計。帯：P10～P90、線：P50。一度だけの作業（導入、プロファイルの読解、最初の実装）は1ライン目が負担します。",
        "line_count": "ライン数", "saves": "減る試行 %", "by_vendors": "メーカー数と工数",
        "by_vendors_caption": "同じ設備を1社、2社…が順に担当し、報告書がない場合。帯：P10～P90、線：P50。", "vendor_count": "メーカー数",
        "swings": "影響の大きいパラメータ", "swings_caption": "パラメータの値が下位1割の試行（淡色）と上位1割の試行（濃色）での平均削減工数。上にある仮定から実際の値に置き換えてください。",
        "parameter": "パラメータ", "lowest": "下位1割", "highest": "上位1割",
        "tasks": "作業別", "task": "作業", "joints": "接続別", "joint": "接続", "vendors": "メーカー", "units": "設備別（共通インターフェースあり）", "unit": "設備", "vendor": "メーカー",
        "open": "未解決の指摘", "open_known": "{all}件（{parts}）報告書による", "open_none": "なし（報告書による）", "open_assumed": "{n:g}件の見込み（仮定）", "undecided": "、未判定 {n}件",
        "place": "工数ファイル内の場所",
        "rules": "計算方法", "rule_draws": "試行ごとに全パラメータを抽出します。common：全接続・全設備に同じ値（一つについて分からないことは全部について分からない）、separate：それぞれ別の値。",
        "rule_sum": "分位点は足し合わせられません。平均は足し合わせられます。", "rule_report": "報告書の未解決の指摘は重大度別の工数となります。未判定の要求は、まだ誰も知らないため数えません。未実施の検査を実行してください。",
        "rule_source": "「インターフェースのガイドラインによる工数削減イメージ」（装置A－搬送－装置B－搬送－装置C－搬送－装置D）を当方でモデル化したものです。元の図に数値はありません。",
        "severity.safety": "安全", "severity.item-loss": "ワーク喪失", "severity.data": "データ", "severity.cosmetic": "軽微",
        "specification": "仕様の取り決め", "glue_code": "接続プログラム", "joint_test": "接続試験", "pairing": "メーカー間の立上げ", "coordination": "全メーカーの調整",
        "introduction": "ガイドラインの導入", "reading": "プロファイルの読解", "implementation": "インターフェースの実装", "claim": "適合宣言とターゲットファイル",
        "conformance_run": "適合試験", "fixing": "指摘の修正",
    },
}  # fmt: skip


def words(lang: str) -> Mapping[str, str]:
    """The words of this package over those of the simulation report."""
    return {**texts(lang), **TEXTS[language(lang)]}
