"""Words of the experiment report, in English and Japanese; every key exists in both."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.experiments.texts import language

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Line experiment",
        "setting": "{scenarios} scenarios × {n} replications of {hours} h after {warmup} h of warm-up, seeds {first} to {last}",
        "checking": "checking", "warm-up": "warm-up", "replications": "replications", "stop": "stop",
        "stop_title": "What if {unit} stops", "stop_asked": "{unit} stops {at} after the warm-up, for {duration}", "stop_of": "stop",
        "trip_title": "What if {by} of {unit} trips", "trip_asked": "{by} of {unit} trips {at} after the warm-up; restart {restart}",
        "for_so_long": "{duration} later", "by_operators": "by the operators", "stops": "stops", "lasted": "for", "all_units": "all units",
        "starved_after": "{unit} starved after", "blocked_after": "{unit} blocked after", "starved_first": "downstream starved after", "blocked_first": "upstream blocked after", "recovered": "recovered after restart", "lost": "cells behind at the end",
        "never": "not within the hours", "held_out": "holds out", "place_back": "back after restart", "starved": "starved", "blocked": "blocked", "after": "after",
        "stop_rule": "Every replication runs twice, with the stop and without, on the same random numbers; the stop is a failure of the unit at that time, or a trip of its safety "
        "function, which stops the unit's zone if the function carries to it; then its devices are released and reset and the units restarted, all at once. "
        "Starved (blocked) after: from the beginning of the stop until the unit is so without a break up to the end of the stop. "
        "Back: a buffer, conveyor or machine of several places whose content differs at the end of the stop is back when it first equals or passes what it "
        "holds at the same moment without the stop. Recovered: all are back. Behind: cells that have left fewer by the end of the hours counted. "
        "Means over the replications with 95 % intervals; (n/N): in n of N replications.",
        "stop_caption": "Cells that have left each unit fewer than without the stop, mean over the replications, {base}; grey: the stop. "
        "A curve that stays up is a loss, one that falls is caught up.", "stop_engine": "engine of the runs with the stop: SimPy (only it knows failures at a given time and safety functions)",
        "stop_hours": "hours from the beginning of the stop", "behind": "cells behind",
        "findings": "Findings", "base": "base", "of_scenario": "Scenario {name}", "base_is": "compared with {name}", "scenario": "scenario",
        "better": "better", "worse": "worse", "not distinguishable": "not distinguishable", "equal": "equal",
        "better_than": "Better than {base}", "worse_than": "Worse than {base}", "same_as": "Not distinguishable from {base}",
        "equal_to": "Equal to {base} in every replication", "without_stop": ", without the stop", "without_title": "Without the stop",
        "and_more": "and {n} more (see the table)", "nobody": "none",
        "alone": "{figure}; intervals of 95 %. Not distinguishable means: more replications may tell, or there is no difference.",
        "joint": "{figure}; the intervals hold together with 95 % for all {m} comparisons (Bonferroni). "
        "Not distinguishable means: more replications may tell, or there is no difference.",
        "reached": "Precision ± {wanted} of {figure} reached in every scenario after {n} replications (widest: ± {worst}, {scenario}).",
        "not_reached": "{place}: precision ± {wanted} of {figure} not reached: best was ± {worst} ({scenario}) after {n} replications{now}; "
        "give more replications ('most'), more hours, or a wider precision.",
        "now": ", ± {worst} after all {n}",
        "unsettled": "No end of the warm-up was found for {scenarios}: the line had not settled in the first half of {hours} h, or still "
        "held what it began with. The figures depend on how it begins; give 'warmup:' a time yourself, or more hours.",
        "borrowed": "What left the line in the hours counted was there at the start, in part or all of it; nobody in these runs made it: {scenarios}. "
        "Leave warmup out, or give a longer one.",
        "unsteady": "Not in steady state (enters and leaves differ by more than 2 %): {scenarios}.",
        "asked": "What was asked", "line_file": "line file", "hours_counted": "hours counted", "warmup_asked": "warm-up",
        "auto": "auto", "replications_asked": "replications", "to_precision": "until {of} is known to ± {wanted}, at most {most}",
        "factor": "factor", "levels": "values", "design": "design", "factorial": "every value with every other",
        "hypercube": "Latin hypercube of {n} points", "as_file": "the line as its file says",
        "results": "Results", "results_caption": "Mean and 95 % interval over the replications; difference: scenario less {base}, paired by replication, "
        "intervals jointly 95 %.", "difference": "difference", "verdict": "verdict",
        "means": "Means with 95 % intervals", "differences": "Differences to {base}",
        "differences_caption": "Paired by replication; the intervals hold together for all scenarios (Bonferroni). Green: better, red: worse, grey: "
        "not distinguishable.",
        "crn": "All scenarios ran on the same random numbers (one stream per unit and purpose). That made the intervals of the differences "
        "{gains} times narrower than separate numbers would have.",
        "main_effects": "Main effects", "main_effects_caption": "Mean over all scenarios of the design with that value, and its 95 % interval over the replications.",
        "slope_caption": "Each dot is a scenario; the line is the factor's slope in a linear fit of all factors together, which explains {explained} of the "
        "differences between the scenarios. The intervals below hold what it does not explain.",
        "tornado": "Tornado", "tornado_caption": "From the worst to the best value of each factor (Latin hypercube: from the lowest to the highest, by the linear "
        "fit), the others averaged; ± is the 95 % interval of the difference between the two.", "effects": "Effects of the factors, the others averaged",
        "warmup_title": "Warm-up", "warmup_caption": "Scenario {scenario}, the one with the longest warm-up: good cells per hour of {pilots} pilot replications "
        "(mean; grey: each interval, blue: batches of five), and the MSER-5 statistic below. What is left of the red line is not counted.",
        "warmup_rule": "The warm-up ends where MSER-5 (least squared standard error of what is kept, at most half dropped) says, and not before as many good "
        "cells have left as the line held at the start. The longest of all scenarios is taken for all.",
        "warmup_given": "{hours} h, as the experiment file says.", "mser_end": "MSER-5 h", "flushed_end": "initial content gone h",
        "warmup_end": "warm-up h", "settled": "settled", "yes": "yes", "no": "no", "run_hours": "hours after the start of the run",
        "all_differences": "Differences of all figures", "all_differences_caption": "Scenario less {base}, paired; the intervals of one figure hold together. "
        "Bold: does not include 0.", "definitions": "Definitions",
        "paired_rule": "Difference: each replication of a scenario less the same replication (same seed) of {base}; Student's t.",
        "sequential_rule": "Replications are added until the interval of every scenario is narrow enough; looking repeatedly makes the "
        "true confidence slightly less than 95 %.", "sensitivity_title": "Line sensitivity", "sensitivity": "Sensitivity: what a little more of everything would bring",
        "mtbf": "MTBF", "mttr": "MTTR", "speed": "speed", "places": "places",
        "unit": "unit", "what": "what", "change": "change", "gain": "gain", "per_percent": "% per 1 %",
        "sensitivity_caption": "Each unit made better by itself: MTBF longer and MTTR shorter (all its failures), speed higher (shorter process time, faster belt), "
        "places more (whole ones). Gain: paired difference to {base}; % per 1 %: the same in percent of {base}, for each percent of the change. "
        "Ranked by it; the intervals hold together.",
        "active_scenarios": "Sole / shifting bottleneck in % of the time, by scenario:",
        "shown_of": "{n} of {of} scenarios shown: those that differ most.",
    },
    "ja": {
        "title": "ライン実験",
        "setting": "{scenarios}シナリオ×{n}回反復、ウォームアップ{warmup} hの後{hours} h、シード{first}～{last}",
        "checking": "確認中", "warm-up": "ウォームアップ", "replications": "反復計算", "stop": "停止の計算",
        "stop_title": "{unit}が停止したら", "stop_asked": "ウォームアップ後{at}に{unit}が{duration}停止", "stop_of": "停止",
        "trip_title": "{unit}の{by}が作動したら", "trip_asked": "ウォームアップ後{at}に{unit}の{by}が作動、再開は{restart}",
        "for_so_long": "{duration}後", "by_operators": "作業者による", "stops": "停止する設備", "lasted": "停止時間", "all_units": "全設備",
        "starved_after": "{unit}のワーク待ちまで", "blocked_after": "{unit}の払出待ちまで", "starved_first": "下流のワーク待ちまで", "blocked_first": "上流の払出待ちまで", "recovered": "再開から回復まで", "lost": "終了時の遅れ（セル）",
        "never": "時間内に回復せず", "held_out": "持ちこたえる", "place_back": "再開から復帰まで", "starved": "ワーク待ち", "blocked": "払出待ち", "after": "停止開始から",
        "stop_rule": "各反復を同じ乱数で、停止ありと停止なしの2回計算する。停止は、その時刻に起きる設備の故障、または安全機能の作動として扱う。"
        "安全機能がゾーンに及ぶ場合はゾーンの全設備が停止し、その後、機器の解除・リセットと設備の再起動を一度に行う。"
        "ワーク待ち（払出待ち）まで：停止開始から、停止終了まで途切れずその状態が続き始めるまでの時間。"
        "復帰：停止終了時に在荷数が異なるバッファ・コンベヤ・複数の場所をもつ設備が、停止なしの同時刻の在荷数に初めて等しくなるか、それを越える時点。"
        "回復：すべてが復帰した時点。遅れ：集計時間の終わりまでに出た数の不足分。反復の平均と95％信頼区間。(n/N)はN回中n回で生じたことを示す。",
        "stop_caption": "停止なしと比べて各設備から出た数の不足分（反復の平均、{base}）。灰色：停止中。高いままの線は損失、下がる線は挽回を示す。",
        "stop_engine": "停止ありの計算の計算エンジン：SimPy（時刻を指定した故障と安全機能はSimPyモデルだけが対応）",
        "stop_hours": "停止開始からの時間（h）", "behind": "遅れ（セル）",
        "findings": "結論", "base": "基準", "of_scenario": "シナリオ：{name}", "base_is": "比較の基準：{name}", "scenario": "シナリオ",
        "better": "良い", "worse": "悪い", "not distinguishable": "区別できない", "equal": "同じ",
        "better_than": "{base}より良い", "worse_than": "{base}より悪い", "same_as": "{base}と区別できない",
        "equal_to": "全反復で{base}と同じ", "without_stop": "（停止なし）", "without_title": "停止なし",
        "and_more": "ほか{n}件（表を参照）", "nobody": "なし",
        "alone": "{figure}。区間は95％。「区別できない」とは、反復を増やせば差が分かる可能性があるか、または差がないことを意味する。",
        "joint": "{figure}。区間は{m}件の比較すべてについて同時に95％で成り立つ（ボンフェローニ法）。"
        "「区別できない」とは、反復を増やせば差が分かる可能性があるか、または差がないことを意味する。",
        "reached": "{n}回の反復で、全シナリオの{figure}が精度±{wanted}に達した（最も広いもの：±{worst}、{scenario}）。",
        "not_reached": "{place}: {figure}の精度±{wanted}に達しなかった。最良は{n}回反復後の±{worst}（{scenario}）{now}。"
        "反復の上限（most）か集計時間（hours）を増やすか、精度を緩めること。",
        "now": "、全{n}回では±{worst}",
        "unsettled": "{scenarios}ではウォームアップの終わりが見つからなかった（{hours} hの前半で定常にならないか、開始時の仕掛が残っている）。"
        "結果は開始状態に左右される。warmup: を自分で指定するか、hoursを増やすこと。",
        "borrowed": "集計時間に出たセルの一部または全部は、開始時にライン内にあったもので、この計算では誰も作っていない：{scenarios}。"
        "warmupを省くか、長くすること。",
        "unsteady": "定常状態ではない（投入と払出の差が2％を超える）：{scenarios}。",
        "asked": "実験の条件", "line_file": "ラインファイル", "hours_counted": "集計時間", "warmup_asked": "ウォームアップ",
        "auto": "自動", "replications_asked": "反復回数", "to_precision": "{of}が±{wanted}の精度になるまで、最大{most}回",
        "factor": "因子", "levels": "水準", "design": "計画", "factorial": "全組合せ",
        "hypercube": "ラテン超方格（{n}点）", "as_file": "ラインファイルのまま",
        "results": "結果", "results_caption": "反復の平均と95％信頼区間。差：シナリオ－{base}（同じ反復どうしの対応あり）、区間は同時に95％。",
        "difference": "差", "verdict": "判定",
        "means": "平均と95％信頼区間", "differences": "{base}との差",
        "differences_caption": "同じ反復どうしの差。区間は全シナリオについて同時に成り立つ（ボンフェローニ法）。緑：良い、赤：悪い、灰色：区別できない。",
        "crn": "全シナリオは同じ乱数（設備・用途ごとの系列）で計算した。差の区間の幅は、別々の乱数を使う場合より{gains}倍狭い。",
        "main_effects": "主効果", "main_effects_caption": "その水準を含む計画点すべての平均と、反復についての95％信頼区間。",
        "slope_caption": "点は各シナリオ、直線は全因子の一次回帰におけるその因子の傾き。回帰はシナリオ間の差の{explained}を説明する。下の区間は説明できない分も含む。",
        "tornado": "トルネード図", "tornado_caption": "各因子の最悪から最良の水準まで（ラテン超方格では一次回帰による最小から最大まで）、他の因子は平均。"
        "±は両者の差の95％信頼区間。", "effects": "因子の効果（他の因子は平均）",
        "warmup_title": "ウォームアップ", "warmup_caption": "ウォームアップが最も長いシナリオ「{scenario}」：予備反復{pilots}回の1時間あたり良品数"
        "（平均。灰色：各区間、青：5区間ごと）と、下はMSER-5統計量。赤線より左は集計しない。",
        "warmup_rule": "ウォームアップの終わりは、MSER-5（残す部分の標準誤差の2乗が最小になる点、切り捨ては半分まで）が示す時点。ただし、"
        "開始時の仕掛と同じ数の良品が出るまでは終わらない。全シナリオで最長のものを全シナリオに用いる。",
        "warmup_given": "実験ファイルの指定により{hours} h。", "mser_end": "MSER-5 h", "flushed_end": "初期仕掛の払出 h",
        "warmup_end": "ウォームアップ h", "settled": "定常", "yes": "はい", "no": "いいえ", "run_hours": "計算開始からの時間（h）",
        "all_differences": "全指標の差", "all_differences_caption": "シナリオ－{base}（対応あり）。一つの指標の区間は同時に成り立つ。太字：0を含まない。",
        "definitions": "定義",
        "paired_rule": "差：シナリオの各反復から、{base}の同じ反復（同じシード）を引いたもの。スチューデントのt。",
        "sequential_rule": "全シナリオの区間が十分狭くなるまで反復を追加する。繰り返し確認するため、実際の信頼度は95％よりわずかに低い。",
        "sensitivity_title": "ラインの感度", "sensitivity": "感度：それぞれを少し良くした場合の効果", "mtbf": "MTBF", "mttr": "MTTR", "speed": "速度", "places": "場所数",
        "unit": "設備", "what": "項目", "change": "変更", "gain": "効果", "per_percent": "1％あたり %",
        "sensitivity_caption": "設備を一つずつ良くする：MTBFを長く、MTTRを短く（その設備の全故障）、速度を上げ（加工時間の短縮、ベルトの増速）、場所を増やす（整数）。"
        "効果：{base}との対応のある差。「1％あたり」：変更1％につき{base}の何％か。この順に並べる。区間は同時に成り立つ。",
        "active_scenarios": "シナリオ別の単独／移行中ボトルネック（時間の％）",
        "shown_of": "{of}シナリオのうち、差の大きい{n}件を示す。",
    },
}  # fmt: skip


def words(lang: str) -> Mapping[str, str]:
    """The words of a language: Japanese for ``ja…``, English otherwise."""
    return TEXTS[language(lang)]
