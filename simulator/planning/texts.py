"""Words of the plan, in English and Japanese; every key exists in both."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.experiments.texts import language, texts

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Capacity plan", "sub": "{gwh:g} GWh per year of {cell} ({wh:g} Wh), {days:g} days per year around the clock",
        "target": "Target", "cells_year": "Good cells per year", "net_ppm": "Net rate", "gross_ppm": "Gross rate",
        "ppm": "cells/min", "takt": "Takt of a line", "lines": "Lines", "good_h": "Good cells of a line", "per_h": "cells/h", "yield": "Yield of the line", "oee": "OEE",
        "limit": "If no step waited", "pace": "the pace is set by", "million": "million", "value": "value", "meaning": "meaning", "place": "place in the plan file",
        "cells_year_rule": "target over the energy of a cell", "net_ppm_rule": "good cells of all lines, averaged over all time the plant runs",
        "gross_ppm_rule": "what the step that sets the pace makes while it works, scrap included: net rate over OEE",
        "takt_rule": "time per cell of one line at the gross rate", "lines_rule": "given in the file, or the fewest whose takt is not below the shortest",
        "yield_rule": "product of the yields of all steps", "oee_rule": "net rate over gross rate",
        "good_h_rule": "what one line must make", "limit_rule": "of one line, machines in whole numbers; {step} holds it back first. A simulated line lies between this and what is needed.",
        "steps": "Steps, of one line", "step": "step", "cells_h": "cells in per h", "step_takt": "takt s", "machines": "machines", "places": "places",
        "trays": "trays", "cells_in": "cells in it", "up": "availability %", "step_yield": "yield %", "load": "load %", "all_lines": "all lines", "n_machines": "× {n}", "n_places": "{n} places",
        "steps_rule": "What enters a step is what the target needs over the yields from there on. Cells in it = cells per second × seconds (Little's law); places = that over "
        "availability × planned utilisation, plus two trays that are being loaded and unloaded, rounded up to whole machines. Load: share of its up time that the step then works.",
        "ramp": "Ramp-up", "month": "month", "running": "lines running", "good": "good cells", "month_gwh": "GWh", "total_gwh": "GWh in total", "scrap": "scrap cells",
        "scrap_t": "scrap t", "month_yield": "yield %", "month_oee": "OEE %",
        "reached": "{share:.0%} of the target is reached in month {month}: {gwh:.3f} GWh. Until the end of it: {total:.2f} GWh, scrap {scrap}.",
        "not_reached": "{share:.0%} of the target is not reached within {months} months: the last one makes {now:.0%} of it.",
        "scrap_mass": "{t:.0f} t", "scrap_cells": "{n:.0f} cells",
        "ramp_rule": "A line begins cells at its design speed × OEE / yield. OEE without its yield, and the yield, learn each by the law that the file gives. "
        "Scrap counts a scrapped cell as a whole one, wherever it was scrapped: an upper bound of its mass.",
        "output": "GWh per month", "target_line": "target", "reached_line": "target reached", "share_axis": "%", "months": "months from the start of the first line", "mass_axis": "scrap, t per month", "count_axis": "scrapped cells per month",
        "works": "works", "down": "down", "waits": "waits", "loads_rule": "Time of each step: working, down by its own failures, waiting for other steps or for work.", "formats": "Bundled cell formats, per GWh and year", "format": "format", "wh": "Wh", "mcells": "M cells", "slots": "formation slots", "ageing": "ageing WIP",
        "formats_rule": "Derived [D]: 365 days of 24 h; gross: availability 0.8, yield 0.9; slots at 24 h of formation and work in progress at 21 days of ageing, at the net rate.",
        "trust": "Trust of sources: [A] specification, [B] trade press, [C] marketing, [D] derived by us, [K] general knowledge, [S] our own assumption.",
        "assumed_n": "{n} figures are assumed: the plan is as good as they are.", "line_file": "line file", "plan_file": "plan file",
        "simulate": "run it: setsubi simulate {file} --warmup {warmup} --hours 48 (expect {needed:.0f} to {limit:.0f} good cells/h)",
        "left_out": "left out of it, their yield taken by the step before: {names}",
    },
    "ja": {
        "title": "生産能力計画", "sub": "{cell}（{wh:g} Wh）を年{gwh:g} GWh、年{days:g}日・24時間稼働",
        "target": "目標", "cells_year": "年間良品数", "net_ppm": "正味レート", "gross_ppm": "総レート",
        "ppm": "個/分", "takt": "1ラインのタクト", "lines": "ライン数", "good_h": "1ラインの良品", "per_h": "個/h", "yield": "ライン全体の良品率", "oee": "OEE",
        "limit": "待ちがない場合", "pace": "律速工程", "million": "百万", "value": "値", "meaning": "意味", "place": "計画ファイル内の場所",
        "cells_year_rule": "目標 ÷ セルのエネルギー容量", "net_ppm_rule": "全ラインの良品数（稼働日の全時間の平均）",
        "gross_ppm_rule": "律速工程が動いている間の速度（不良を含む）：正味レート ÷ OEE",
        "takt_rule": "総レートでの1ラインの1個あたりの時間", "lines_rule": "ファイルの指定、または最短タクトを下回らない最少の数",
        "yield_rule": "全工程の良品率の積", "oee_rule": "正味レート ÷ 総レート",
        "good_h_rule": "1ラインに必要な数", "limit_rule": "1ライン、台数は整数。最初に制約となるのは{step}。シミュレーションの値は必要数とこの値の間に入ります。",
        "steps": "工程（1ラインあたり）", "step": "工程", "cells_h": "投入 個/h", "step_takt": "タクト s", "machines": "台数", "places": "収容数",
        "trays": "トレイ数", "cells_in": "工程内 個数", "up": "可動率 %", "step_yield": "良品率 %", "load": "負荷 %", "all_lines": "全ライン", "n_machines": "× {n} 台", "n_places": "{n} 個収容",
        "steps_rule": "各工程の投入数は、目標に必要な数をその工程以降の良品率で割ったもの。工程内個数＝毎秒の個数×秒数（リトルの法則）。収容数＝それを可動率×計画稼働率で割り、"
        "積み込み中と取り出し中の2トレイを加え、台数を切り上げたもの。負荷：可動時間のうち実際に働く割合。",
        "ramp": "立上げ", "month": "月", "running": "稼働 ライン", "good": "良品数", "month_gwh": "GWh", "total_gwh": "累計 GWh", "scrap": "不良 セル数",
        "scrap_t": "不良 t", "month_yield": "良品率 %", "month_oee": "OEE %",
        "reached": "目標の{share:.0%}に達するのは{month}か月目（{gwh:.3f} GWh）。その月末までの累計：{total:.2f} GWh、不良 {scrap}。",
        "not_reached": "目標の{share:.0%}には{months}か月以内に達しません。最終月は{now:.0%}です。",
        "scrap_mass": "{t:.0f} t", "scrap_cells": "{n:.0f} 個",
        "ramp_rule": "ラインは設計速度×OEE÷良品率でセルを投入します。良品率を除いたOEEと良品率は、それぞれファイルの法則に従って向上します。"
        "不良セルはどの工程の不良でも完成セル1個として数えるので、質量は上限値です。",
        "output": "月産 GWh", "target_line": "目標", "reached_line": "目標到達", "share_axis": "%", "months": "最初のラインの稼働開始からの月数", "mass_axis": "不良 t/月", "count_axis": "不良セル数/月",
        "works": "稼働", "down": "故障停止", "waits": "待ち", "loads_rule": "各工程の時間：稼働、自工程の故障による停止、他工程やワークの待ち。", "formats": "同梱のセル形式（1 GWh/年あたり）", "format": "形式", "wh": "Wh", "mcells": "百万個", "slots": "化成 スロット", "ageing": "エージング 仕掛",
        "formats_rule": "当方の計算［D］：365日×24時間。総レートは可動率0.8・良品率0.9。化成24時間のスロット数とエージング21日の仕掛数は正味レートによる。",
        "trust": "出典の信頼度：［A］規格、［B］業界紙、［C］宣伝資料、［D］当方の計算、［K］一般知識、［S］当方の仮定。",
        "assumed_n": "{n}個の値は仮定です。計画の確かさは仮定しだいです。", "line_file": "ラインファイル", "plan_file": "計画ファイル",
        "simulate": "実行：setsubi simulate {file} --warmup {warmup} --hours 48（良品 {needed:.0f}～{limit:.0f} 個/h の見込み）",
        "left_out": "含まない工程（良品率は前工程に含めます）：{names}",
    },
}  # fmt: skip


def words(lang: str) -> Mapping[str, str]:
    """The words of this package over those of the simulation report."""
    return {**texts(lang), **TEXTS[language(lang)]}
