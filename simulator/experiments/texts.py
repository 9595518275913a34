"""Words of the simulation report, in English and Japanese; every key exists in both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.experiments.kpis import Flow, Kpis
    from simulator.experiments.run import Experiment

LANGUAGES = ("en", "ja")

FIGURES: dict[str, dict[str, tuple[str, str]]] = {  # name and definition of a line figure
    "en": {
        "throughput": ("Throughput", "good cells that left the line, over the hours counted (ISO 22400-2 throughput rate: produced quantity over order execution time)"),
        "takt attainment": ("Takt attainment", "good cells over those that the takt asks for in the same time"),
        "hours on takt": ("Hours on takt", "share of the full hours counted in which at least 3600 s ÷ takt good cells left, rounded down"),
        "line OEE": ("Line OEE", "good cells over what the unit that can make the fewest in its planned time (without breaks and planned maintenance) would make in it if nothing stopped it; no average over units"),
        "capacity": ("Capacity", "throughput × energy of a cell × 8760 h"),
        "work in progress": ("Work in progress", "cells in the line, on average over the time counted"),
        "lead time": ("Lead time", "mean time from entering to leaving the line, of the cells that left over its end in the hours counted"),
        "lead time, median": ("Lead time, median", "half of these cells took no longer; from a histogram, within 0.2 %"),
        "lead time, P95": ("Lead time, P95", "95 % of these cells took no longer; from a histogram, within 0.2 %"),
        "scrap": ("Scrap", "scrapped cells over all that left the line (ISO 22400-2 scrap ratio)"),
        "rolled throughput yield": (
            "Rolled throughput yield",
            "product of the yields of all steps; yield of a step: good cells out over those and the ones that became bad there "
            "(ISO 22400-2 first pass yield)",
        ),
        "scrapped material": ("Scrapped material", "mass of the scrapped cells: of each, what the units up to where it left the line had added"),
        "black mass": ("Black mass", "of the scrapped material, what the line file names under cell.black_mass"),
        "held cells": ("Held cells", "good cells made in the time of a quality hold"),
        "recalled cells": ("Recalled cells", "of the held cells, bad ones that had left the line in the hours counted before this was found; they count as scrap, not as good"),
        "operators": ("Operators busy", "share of their time on duty in which operators were called, on their way or repairing"),
        "energy": ("Energy", "electricity of all units in the hours counted: seconds in each state times its power"),
        "energy per good cell": ("Energy per good cell", "energy of all units over good cells"),
        "energy per kWh": ("Energy per kWh", "energy of all units over the energy that the good cells hold"),
        "CO2e per good cell": ("CO2e per good cell", "energy of all units × the grid's factor over good cells; electricity only"),
        "CO2e per kWh": ("CO2e per kWh", "energy of all units × the grid's factor over the energy that the good cells hold; electricity only"),
    },
    "ja": {
        "throughput": ("スループット", "ラインから出た良品セル数 ÷ 集計時間（ISO 22400-2のthroughput rate：生産数量 ÷ オーダー実行時間）"),
        "takt attainment": ("タクト達成率", "良品数 ÷ 同じ時間にタクトが求める数"),
        "hours on takt": ("タクト達成時間率", "集計した1時間ごとの区間のうち、良品数が 3600 s ÷ タクト（切り捨て）以上の割合"),
        "line OEE": ("ラインOEE", "良品数 ÷ 最も遅い設備が計画時間（休憩と計画保全を除く）に停止なしで処理できる数（設備別OEEの平均ではない）"),
        "capacity": ("年間生産能力", "スループット × セルのエネルギー容量 × 8760 h"),
        "work in progress": ("仕掛数", "ライン内にあるセル数の、集計時間での平均"),
        "lead time": ("リードタイム", "集計時間中に末端から出たセルの、投入から払出までの平均時間"),
        "lead time, median": ("リードタイム（中央値）", "これらのセルの半数の所要時間の上限。度数分布から（誤差0.2％以内）"),
        "lead time, P95": ("リードタイム（P95）", "これらのセルの95％の所要時間の上限。度数分布から（誤差0.2％以内）"),
        "scrap": ("不良率", "不良セル数 ÷ ラインから出た全セル数（ISO 22400-2のscrap ratio）"),
        "rolled throughput yield": (
            "累積直行率",
            "全工程の歩留まりの積。工程の歩留まり：良品数 ÷（良品数＋その工程で不良になった数）（ISO 22400-2のfirst pass yield）",
        ),
        "scrapped material": ("廃棄材料", "不良セルの質量：ラインから出た工程までに加えられた材料の合計"),
        "black mass": ("ブラックマス", "廃棄材料のうち、ラインファイルのcell.black_massに挙げた材料"),
        "held cells": ("品質保留セル数", "品質保留の時間帯に処理された良品セル数"),
        "recalled cells": ("回収セル数", "品質保留セルのうち、判明前の集計時間中にラインから出ていた不良セル数（良品ではなく不良に数える）"),
        "operators": ("作業者の稼働率", "勤務時間のうち、呼出・移動・修理に使われた割合"),
        "energy": ("エネルギー", "集計時間中の全設備の電力使用量（各状態の時間×その状態の電力の合計）"),
        "energy per good cell": ("良品1個あたりのエネルギー", "全設備の使用量 ÷ 良品数"),
        "energy per kWh": ("良品1 kWhあたりのエネルギー", "全設備の使用量 ÷ 良品セルのエネルギー容量の合計"),
        "CO2e per good cell": ("良品1個あたりのCO2e", "全設備の使用量 × 系統の排出係数 ÷ 良品数（電力のみ）"),
        "CO2e per kWh": ("良品1 kWhあたりのCO2e", "全設備の使用量 × 系統の排出係数 ÷ 良品セルのエネルギー容量の合計（電力のみ）"),
    },
}  # fmt: skip

ACCOUNT_NAMES: dict[str, dict[str, str]] = {
    "en": {
        "productive": "productive", "setup": "setup (scheduled down)", "starved": "starved (standby)", "blocked": "blocked (standby)",
        "standby": "other standby", "engineering": "engineering", "non_scheduled": "non-scheduled", "scheduled_down": "scheduled down",
        "waiting_operator": "waiting for an operator (down)", "unscheduled_down": "unscheduled down",
    },
    "ja": {
        "productive": "生産", "setup": "段取り替え（計画停止）", "starved": "ワーク待ち（待機）", "blocked": "払出待ち（待機）", "standby": "その他の待機",
        "engineering": "エンジニアリング", "non_scheduled": "非計画時間", "scheduled_down": "計画停止",
        "waiting_operator": "作業者待ち（停止）", "unscheduled_down": "計画外停止",
    },
}  # fmt: skip

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Line simulation", "setting": "{n} replications of {hours} h after {warmup} h of warm-up, seeds {first} to {last}",
        "setting_one": "one run of {hours} h after {warmup} h of warm-up, seed {first}; no confidence intervals",
        "figures": "Key figures", "figure": "figure", "value": "value", "with_interval": "value (95 % interval)",
        "unit": "unit", "definition": "definition", "bottleneck": "Bottleneck",
        "bottleneck_rule": "the unit whose capacity is in use, or lost by failures and changeovers, the most (A × E + unscheduled down + changeovers)",
        "votes": "in {n} of {of} replications", "overtime": "Throughput over time",
        "overtime_caption": "Good cells per hour: each replication (grey), their mean (blue), and the 95 % confidence band of the mean.",
        "overtime_caption_one": "Good cells per hour of the one run.", "hours": "hours after warm-up", "rate": "cells per hour",
        "shares": "Time by state", "shares_caption": "Shares of the time counted, all replications; states after SEMI E10 (our reading), standby split by its cause, down by whether an operator is there. Setup: changeovers, averaged over a unit's places; the state timeline shows them as productive. Safety stops lie in unscheduled down.",
        "timeline": "State timeline", "timeline_caption": "First replication; the height of a colour is its share of the {minutes} that a column stands for.",
        "share_axis": "share of time in %", "units": "Units", "item": "unit", "failures_n": "failures", "entered": "entered", "good": "good", "bad": "scrap",
        "energy_unit": "energy kWh", "oee_e79": "OEE of E79 %", "used": "used + down %", "units_caption": "Per replication. OEE = A × E × Q. A availability: share of the planned time (without breaks and planned maintenance) in Execute, changeovers left out. "
        "E effectiveness: items × ideal cycle over that time. Q quality ratio: good over all items. Names of ISO 22400-2, our reading. "
        "E may pass 100 % by chance, since the ideal cycle is the mean process time. "
        "OEE of SEMI E79 (our reading): good items × ideal cycle over all of the time counted, breaks and planned maintenance included. "
        "Used + down: A × E, and what failures and changeovers took; the bottleneck, bold, has the most.",
        "active": "Bottleneck by active periods", "active_line": "By active periods (first replication)", "active_of": "{unit}: sole bottleneck {sole:.0f} %, shifting {shifting:.0f} %", "sole": "sole bottleneck %",
        "shifting": "shifting bottleneck %", "active_caption": "First replication. A unit is active while it waits for nobody; at any time the bottleneck is the unit "
        "whose active period is the longest. Dark: sole bottleneck. Light: shifting between two, and then both count. A machine of several places "
        "waits while any of them waits for a neighbour; hand-over times are no waits (shifting bottleneck detection after Roser, our reading).",
        "two_rules": "This may be another unit than the bottleneck by capacity: that one counts what is used or lost in all replications, this one who made the others "
        "wait, from moment to moment in one. For what to make faster or more reliable, believe the capacity; for where and when buffers run empty or full, the active periods.",
        "arrows": "Starving and blocking arrows", "arrows_line": "By the arrows", "arrows_untold": "not distinguishable", "joint": "joint", "arrow": "arrow",
        "blocked_before": "upstream unit blocked %", "starved_after": "downstream unit starved %", "excess": "difference", "arrows_end": "where the arrows end",
        "arrows_caption": "An arrow points to where the bottleneck lies: downstream if the unit upstream is blocked for longer than the unit downstream is starved, else upstream; "
        "no arrow: the 95 % interval of the difference holds 0. All replications, but for machines of several places: their state does not tell whether a place waits, so they are read from "
        "the event log of the first replication. Hand-over times are no waits. The arrows end at the bottleneck (after Kuo, Lim and Meerkov, 1996, our reading).",
        "levels": "Levels of buffers and conveyors", "levels_caption": "First replication; line: mean, band: least to most in each column's {minutes}; dashed: capacity.",
        "histograms": "Histograms of levels", "histograms_caption": "All replications: share of the time in which there were so many items.",
        "level_axis": "items", "name": "name", "kind": "kind", "capacity": "capacity", "mean_level": "mean level", "empty": "empty %", "full": "full %",
        "buffer": "buffer", "conveyor": "conveyor", "rules": "Rules of the model",
        "blocking": "Blocking after service: a finished item stays in its unit, and holds its place, until the next takes it.",
        "down_rule": "A machine that is down by its own failure may hand over a finished item and take the next one, unless its file says hands_over_when_down: false.",
        "stops_rule": "In a planned stop a unit is Held: it neither works nor hands over, and goes on afterwards. Its time counts neither for availability nor for OEE.",
        "operators_rule": "A failure waits until a free operator has responded and walked there: first come, first served; the nearest free one goes. Waiting is part of the down time.",
        "resume": "After a stop a service goes on where it was interrupted (preemptive resume).",
        "ends": "The first unit is never starved and the last never blocked, unless the line file gives an interval.",
        "clocks": "Failure clocks", "clocks_caption": "operation: the clock runs only in Execute; operation of each place: while that place works, which then stops alone; time: whenever the unit is up. The choice moves throughput by 1 to 3 %, so it is stated.",
        "clock": "clock", "mtbf": "MTBF", "mttr": "MTTR", "mode": "failure", "clock_operation": "operation", "clock_time": "time", "clock_place": "operation of each place", "none": "none", "clock_differs": "differs in",
        "unsteady": "Not in steady state: per replication {entered:.0f} cells entered the line and {left:.0f} left it. "
        "The throughput lives on what was in the line before, or fills it. Give a longer --warmup{lead}.",
        "unsteady_lead": " (the lead time is {lead:.1f} h)",
        "borrowed": "In {borrowed:.1f} of the {hours:g} h counted, what left the line was there at the start: nobody in this run made it. "
        "The line held {held:.1f} h of output; leave --warmup out, or give {held:.0f} or more.",
        "early": "{n} events or failures whose time the line file gives came in the warm-up of {warmup:g} h: their times count from the start of the run. "
        "Give a shorter --warmup, or later times.",
        "doubt_failure": "Look again: {unit}, {name}: MTBF ({mtbf}) is shorter than MTTR ({mttr}). A time without a unit is in seconds.",
        "doubt_slow": "Look again: {unit} makes at most {rate} items/h, half of the other units {others} or more. A time without a unit is in seconds.",
        "doubt_long": "Look again: {unit} is {length} m long. Lengths are in metres.",
        "doubt_fast": "Look again: {unit} runs at {speed} m/s. Speeds are in metres per second.",
        "warmup_found": "warm-up: {hours:.1f} h, found on pilot runs (MSER-5: {mser:.1f} h; what the line held at the start has left after {flushed:.1f} h)",
        "warmup_open": "warm-up: no end of it was found in pilot runs of {length:.0f} h; {hours:.1f} h are taken. Beware of the figures, or give --warmup",
        "signs": "Signs of the bar: {signs}. All shares in a wider window, or in the report (--report).",
        "definitions_at": "Definitions: in a wider window (120 columns), in the report (--report), in docs/kpis.md",
        "told": "{name}: {said}", "told_more": "{name}: {said}. {more}",
        "by_recipe": "Good cells by recipe", "recipe": "recipe {recipe}", "recipe_share": "share of good cells %", "good_rate": "good cells/h",
        "setup": "Changeovers, per replication and place: {units}", "of_unit": "{unit} {hours:.2f} h",
        "places_down": "Repairs of single places, per replication and place: {units}",
        "steps": "Yield and scrap by step", "yield": "yield %", "rejected": "became bad", "removed": "left as scrap", "lost": "lost kg/h", "black": "black mass kg/h",
        "steps_caption": "Cells per replication. A cell costs yield where it becomes bad; what was added to it is lost where it leaves the line "
        "(into a bin, or marked bad over the end).", "steps_mass": "Materials in kg per hour; those of the black mass: {black}.",
        "lead_times": "Lead times", "lead_axis": "lead time in h", "lead_share": "share of cells in %", "median": "median",
        "lead_caption": "All cells of all replications pooled: {n} that entered the line in the run and left over its end in the hours counted. Median and P95 "
        "are those of all these cells; the key figures give the mean of the replications' own, so that the two may differ.",
        "takt": "takt", "overtime_takt": "Dashed: what the takt asks for.",
        "assumed": "Assumed figures", "assumed_caption": "Nothing public is known of these; the result is as good as they are.",
        "sourced": "Figures with a source", "place": "place in the line file", "source": "source, note", "repeat": "To repeat this",
        "not_base": "Our own model and reading of public standards.",
    },
    "ja": {
        "title": "ラインシミュレーション", "setting": "ウォームアップ{warmup} hの後、{hours} hを{n}回反復（シード{first}～{last}）",
        "setting_one": "ウォームアップ{warmup} hの後、{hours} hを1回（シード{first}）、信頼区間なし",
        "figures": "主要指標", "figure": "指標", "value": "値", "with_interval": "値（95％信頼区間）",
        "unit": "単位", "definition": "定義", "bottleneck": "ボトルネック",
        "bottleneck_rule": "能力の使用率と故障・段取り替えによる損失の合計（A×E＋計画外停止＋段取り替え）が最大の設備",
        "votes": "{of}回中{n}回", "overtime": "スループットの推移",
        "overtime_caption": "1時間あたりの良品数：各反復（灰色）、その平均（青）、平均の95％信頼区間（帯）。",
        "overtime_caption_one": "1時間あたりの良品数（1回のみ）。", "hours": "ウォームアップ後の時間（h）", "rate": "セル/h",
        "shares": "状態別時間", "shares_caption": "全反復の集計時間に占める割合。状態はSEMI E10の当方の解釈、待機は原因別、停止は作業者の到着前後別。段取り替えは設備内の全ポジションの平均（「状態の推移」では生産に含む）。安全停止は計画外停止。",
        "timeline": "状態の推移", "timeline_caption": "最初の反復。色の高さは、1列（{minutes}）に占める割合。",
        "share_axis": "時間の割合（％）", "units": "設備別", "item": "設備", "failures_n": "故障回数", "entered": "投入", "good": "良品", "bad": "不良",
        "energy_unit": "電力量 kWh", "oee_e79": "E79のOEE %", "used": "使用＋停止 %", "units_caption": "1反復あたり。OEE＝A×E×Q。A 可用率：計画時間（休憩と計画保全を除く）のうち、段取り替えを除く運転（Execute）の割合。"
        "E 有効性：処理数×理想サイクル÷その時間。Q 品質率：良品数÷処理数。名称はISO 22400-2（当方の解釈）。"
        "理想サイクルは加工時間の平均なので、Eは偶然100％を超えることがある。"
        "SEMI E79のOEE（当方の解釈）：良品数×理想サイクル÷全集計時間（休憩と計画保全を含む）。"
        "使用＋停止：A×Eと、故障・段取り替えで失われた割合。太字：これが最大のボトルネック。",
        "active": "稼働期間によるボトルネック", "active_line": "稼働期間による判定（最初の反復）", "active_of": "{unit}：単独ボトルネック{sole:.0f}％、移行中{shifting:.0f}％", "sole": "単独ボトルネック %",
        "shifting": "移行中ボトルネック %", "active_caption": "最初の反復。設備は、前後工程を待っていない間「稼働期間」にある。各時点のボトルネックは、稼働期間が最も長い設備。"
        "濃色：単独。淡色：二つの設備の間で移行中（双方に数える）。複数の場所をもつ設備は、いずれかの場所が前後工程を待つ間は待ちとする。"
        "受け渡し自体の時間は待ちに含めない（Roserの移動ボトルネック検出法、当方の解釈）。",
        "two_rules": "能力によるボトルネックと異なる設備になることがある。能力による判定は全反復での使用と損失の合計、稼働期間による判定は1反復での各時点で"
        "他の設備を待たせた設備を示す。どの設備を速く、または壊れにくくするかは能力で、バッファがいつどこで空・満杯になるかは稼働期間で判断する。",
        "arrows": "ワーク待ち・払出待ちの矢印", "arrows_line": "矢印による判定", "arrows_untold": "区別できない", "joint": "接続", "arrow": "矢印",
        "blocked_before": "上流設備の払出待ち %", "starved_after": "下流設備のワーク待ち %", "excess": "差", "arrows_end": "矢印の行き着く先",
        "arrows_caption": "矢印はボトルネックのある側を指す。上流設備の払出待ちが下流設備のワーク待ちより長ければ下流、短ければ上流。矢印なし：差の95％信頼区間が0を含む。"
        "全反復による。ただし複数の場所をもつ機械は、状態からは各場所の待ちが分からないため、最初の反復のイベントログから求める。"
        "受け渡し時間は待ちに含めない。矢印の行き着く設備がボトルネック（Kuo・Lim・Meerkov、1996年、当方の解釈）。",
        "levels": "バッファとコンベヤの在荷数", "levels_caption": "最初の反復。線：平均、帯：各列（{minutes}）の最小～最大、破線：容量。",
        "histograms": "在荷の分布", "histograms_caption": "全反復。その個数であった時間の割合。",
        "level_axis": "個", "name": "名称", "kind": "種類", "capacity": "容量", "mean_level": "平均在荷", "empty": "空 %", "full": "満杯 %",
        "buffer": "バッファ", "conveyor": "コンベヤ", "rules": "モデルの規則",
        "blocking": "加工後ブロッキング：加工を終えたワークは、次工程が受け取るまで設備に残り、場所を占める。",
        "down_rule": "自らの故障で停止した設備でも、完了したワークの払出と次のワークの受入はできる（hands_over_when_down: false の場合を除く）。",
        "stops_rule": "計画停止中の設備はHeldになり、加工も受け渡しもせず、終了後に続きから再開する。その時間は可用率とOEEに含めない。",
        "operators_rule": "故障した設備は、空いている作業者が応答して到着するまで待つ。呼出順に、最も近い空き作業者が向かう。待ち時間は停止時間に含む。",
        "resume": "停止した加工は、中断したところから再開する。",
        "ends": "ラインファイルに間隔の指定がない限り、先頭の設備はワーク待ちにならず、最後の設備は払出待ちにならない。",
        "clocks": "故障の時計", "clocks_caption": "稼働：運転（Execute）中だけ進む。各ポジションの稼働：そのポジションの作業中だけ進み、故障してもほかは動き続ける。時間：故障していない間つねに進む。どちらを使うかで結果が1～3％変わるため明記する。",
        "clock": "時計", "mtbf": "MTBF", "mttr": "MTTR", "mode": "故障", "clock_operation": "稼働", "clock_time": "時間", "clock_place": "各ポジションの稼働", "none": "なし", "clock_differs": "異なるもの",
        "unsteady": "定常状態ではない：1反復あたり{entered:.0f}個がラインに入り、{left:.0f}個が出た。"
        "スループットは開始時の仕掛を減らした分か、ラインを満たした分を含む。--warmupを長くすること{lead}。",
        "unsteady_lead": "（リードタイムは{lead:.1f} h）",
        "borrowed": "集計した{hours:g} hのうち{borrowed:.1f} hに出たセルは、開始時にライン内にあったもので、この計算では誰も作っていない。"
        "開始時の仕掛は生産{held:.1f} h分。--warmupを省くか、{held:.0f}以上にすること。",
        "early": "ラインファイルが時刻を指定したイベント・故障のうち{n}件が、ウォームアップ（{warmup:g} h）中に起きた。時刻は計算開始から数える。"
        "--warmupを短くするか、時刻を遅らせること。",
        "doubt_failure": "要確認：{unit}の{name}：MTBF（{mtbf}）がMTTR（{mttr}）より短い。単位のない時間は秒。",
        "doubt_slow": "要確認：{unit}の能力は最大{rate} 個/h、他の設備の半数は{others} 個/h以上。単位のない時間は秒。",
        "doubt_long": "要確認：{unit}の長さは{length} m。長さの単位はメートル。",
        "doubt_fast": "要確認：{unit}の速度は{speed} m/s。速度の単位はメートル毎秒。",
        "warmup_found": "ウォームアップ：{hours:.1f} h（予備計算による。MSER-5：{mser:.1f} h、開始時の仕掛が出終わるまで：{flushed:.1f} h）",
        "warmup_open": "ウォームアップ：{length:.0f} hの予備計算では終わりが見つからず、{hours:.1f} hとした。結果に注意するか、--warmupを指定すること",
        "signs": "棒の記号：{signs}。全割合は、より広い端末または報告書（--report）。",
        "definitions_at": "定義：幅120桁以上の端末、報告書（--report）、docs/kpis.md",
        "told": "{name}：{said}", "told_more": "{name}：{said}。{more}",
        "by_recipe": "レシピ別の良品", "recipe": "レシピ{recipe}", "recipe_share": "良品に占める割合 %", "good_rate": "良品 個/h",
        "setup": "段取り替え（1反復・1か所あたり）：{units}", "of_unit": "{unit} {hours:.2f} h",
        "places_down": "ポジション単位の修理（1反復・1か所あたり）：{units}",
        "steps": "工程別の歩留まりと不良", "yield": "歩留まり %", "rejected": "不良発生", "removed": "不良排出", "lost": "損失 kg/h", "black": "ブラックマス kg/h",
        "steps_caption": "1反復あたりのセル数。歩留まりは不良になった工程で失われ、材料はラインから出た工程（ビン、または不良として末端）までに加えた分が失われる。",
        "steps_mass": "材料はkg/h。ブラックマスになる材料：{black}。",
        "lead_times": "リードタイムの分布", "lead_axis": "リードタイム（h）", "lead_share": "セルの割合（％）", "median": "中央値",
        "lead_caption": "全反復の全セルをまとめた分布：計算中に投入され、集計時間中に末端から出た{n}個。中央値とP95もこの全セルのもの。"
        "主要指標は反復ごとの値の平均なので、異なることがある。",
        "takt": "タクト", "overtime_takt": "破線：タクトが求める数。",
        "assumed": "仮定した数値", "assumed_caption": "公開された根拠がない数値。結果の確からしさはこれらに左右される。",
        "sourced": "根拠のある数値", "place": "ラインファイル内の場所", "source": "根拠・注記", "repeat": "再現するには",
        "not_base": "当方独自のモデルであり、公開規格の当方の解釈による。",
    },
}  # fmt: skip


def texts(lang: str) -> Mapping[str, str]:
    """The words of a language: Japanese for ``ja…``, English otherwise."""
    return TEXTS[language(lang)]


def warnings(flow: Flow, lang: str) -> list[str]:
    """That a line was not in steady state, or let out what it held at the start."""
    words, found = texts(lang), []
    if flow.borrowed_h:
        found.append(words["borrowed"].format(borrowed=flow.borrowed_h, hours=flow.hours, held=flow.held_h))
    if flow.early and flow.warmup_h:
        found.append(words["early"].format(n=flow.early, warmup=flow.warmup_h))
    if not flow.steady:
        lead = words["unsteady_lead"].format(lead=flow.lead_h) if flow.lead_h else ""
        found.append(words["unsteady"].format(left=flow.left, entered=flow.entered, lead=lead))
    return found


def in_places(figures: Kpis, hours: float, lang: str) -> list[str]:
    """How long the units' places were changed over, and under repair by themselves; nothing of what did not happen."""
    words, found = texts(lang), []
    for name in ("setup", "places_down"):
        units = [
            words["of_unit"].format(unit=u.name, hours=h * hours) for u in figures.units if (h := getattr(u, name))
        ]
        if units:
            found.append(words[name].format(units=", ".join(units)))
    return found


def warmup(experiment: Experiment, lang: str) -> str:
    """How the warm-up was found; empty if it was given."""
    pilot = experiment.pilot
    if pilot is None:
        return ""
    return texts(lang)["warmup_found" if pilot.settled else "warmup_open"].format(
        hours=experiment.warmup_hours, mser=pilot.mser_hours, flushed=pilot.flushed_hours,
        length=len(pilot.rates) * pilot.interval_s / 3600,
    )  # fmt: skip


def language(lang: str) -> str:
    """``ja`` for ``ja`` and ``ja-JP``, otherwise ``en``."""
    return "ja" if lang.startswith("ja") else "en"
