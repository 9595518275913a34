"""Words of the design report, in English and Japanese, beside those of experiments; every key exists in both."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.experiments.study.texts import words as study_words
from simulator.experiments.texts import language

TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Line design", "search": "searching", "confirm": "confirming",
        "setting": "{tried} of {designs} designs, {runs} replications of {hours} h after {warmup} h of warm-up",
        "place": "place", "in_file": "in the file", "chosen": "chosen", "best": "best, not enough", "range": "to choose from",
        "cost": "cost", "total": "total", "one_less": "one step less", "short": "falls short", "target": "target",
        "at_least": "{figure} {mean} {unit} in {n} fresh replications: at least {bound} with {level} certainty; the target is {target}.",
        "at_most": "{figure} {mean} {unit} in {n} fresh replications: at most {bound} with {level} certainty; the target is {target}.",
        "chosen_is": "Chosen: {places}; cost {cost}.", "place_is": "{place} {value} (in the file {file})",
        "base_makes": "{figure} of the line as its file says: {mean} {unit}, on the random numbers of the search.",
        "tried": "{tried} of {designs} designs tried, {runs} replications.",
        "uncertain": "not certain", "every": "Every cheaper design", "every_other": "Every other cheaper design",
        "proof_by_cost": "{every} was tried, and falls short on the random numbers of the search.",
        "proof": "{every} falls short on the random numbers of the search: it was tried, or one that is larger everywhere was.",
        "left": "{n} cheaper designs were not tried, and one of them may reach the target; more 'tries' will tell.",
        "left_front": "The tries were used up before the front was complete; more 'tries' will tell.",
        "not_reached": "{place}: target {figure} {target} {unit} not reached: best was {mean} ({name}; cost {cost}){untried}; "
        "give more to choose from, or another target.",
        "untried": ", {n} designs not tried",
        "gave_up": "{place}: target {figure} {target} {unit} not confirmed: gave up after {proposals} proposals; {left} dearer designs not "
        "looked at; best was {mean} ({name}; cost {cost}); ask for more replications, or leave out values that hardly differ.",
        "surest": "Not the cheapest for certain: {proposals} proposals were not certain on fresh random numbers, so that the search gave up and "
        "took the best design it knew{unseen}; more replications, or values further apart, will tell.",
        "unseen": ", and {n} cheaper designs were not looked at",
        "dropped": "Proposed by the search, but not certain on fresh random numbers: {names}.",
        "upside_down": "{large} is worse than {small} ({difference} {unit}) although it costs more. The search takes for granted that "
        "more is never worse, so the choice may not be the cheapest; take that place out of 'choose', or give at most {few} designs.",
        "front": "Front", "front_is": "{n} designs that no other one beats in both figures, on fresh random numbers.",
        "apart": "Neighbours on the front are told apart, pair by pair on the same random numbers (95 % for all together).",
        "not_apart": "Neighbours on the front that are not told apart, pair by pair on the same random numbers (95 % for all together): {pairs}. Of such two "
        "one may beat the other.",
        "pair": "{one} and {other} ({figures})",
        "front_caption": "Of the designs tried no other one has more {gain} at no more {price}. Means and 95 % intervals on fresh random numbers.",
        "result": "Result", "result_caption": "One step less: the same design with the next smaller value at this place, on the random numbers of the search. "
        "Falls short: not run, because a design that is larger everywhere falls short. Not certain: on fresh random numbers.",
        "all_tried": "{gain} against {price}", "all_tried_caption": "Every design tried (mean on the random numbers of the search); the line joins those that no "
        "other one beats there. Fresh random numbers may say otherwise: believe them.", "path": "Path of the search",
        "path_caption": "Cost of each design in the order of the search. Green: reaches the target, red: falls short. The search trusts its own "
        "random numbers; what it proposes is then run on fresh ones.",
        "number": "no.", "reaches": "reaches the target", "phase": "step of the search", "front_order": "designs in the order of the search",
        "ends": "largest and smallest", "least": "least at one place, all others at their most", "diagonal": "all places alike", "descent": "downwards",
        "cheaper": "what is left of the cheaper ones", "by cost": "by cost",
        "shown_of_tried": "{n} of {of} designs shown; designs.csv holds all.", "choice": "choice", "each": "{cost} for each", "values_cost": "{value} for {cost}",
        "aim": "asked for", "aim_target": "{figure} at least {target} {unit} at the least cost", "aim_target_most": "{figure} at most {target} {unit} at the least cost",
        "aim_pareto": "{gain} against {price}", "tries": "designs tried at most",
        "feasible_rule": "Every design runs on the same random numbers, so often that its 95 % interval lies on one side of the target or is as narrow as the precision "
        "asked for (after Batur and Kim); then its mean decides.",
        "check_rule": "What the search proposes runs on fresh random numbers. It is chosen if the one-sided bound of the figure meets the target. With look "
        "j at them the confidence is 1 − 0.05 / 2ʲ, so that all looks hold together with 95 %.",
        "grow_rule": "The search takes for granted that a design that is larger everywhere is not worse. It does so for throughput, line OEE and capacity only, "
        "and where there are more than {few} designs; otherwise it goes through them by their cost.",
    },
    "ja": {
        "title": "ライン設計", "search": "探索中", "confirm": "確認計算",
        "setting": "{designs}案中{tried}案、ウォームアップ{warmup} hの後{hours} hの反復を計{runs}回",
        "place": "場所", "in_file": "ファイルの値", "chosen": "選定値", "best": "最良（未達）", "range": "選択範囲",
        "cost": "コスト", "total": "合計", "one_less": "一段小さくした場合", "short": "未達", "target": "目標",
        "at_least": "{figure}は新しい乱数による{n}回の反復で{mean} {unit}：{level}の確からしさで{bound}以上（目標：{target}）。",
        "at_most": "{figure}は新しい乱数による{n}回の反復で{mean} {unit}：{level}の確からしさで{bound}以下（目標：{target}）。",
        "chosen_is": "選定：{places}。コスト{cost}。", "place_is": "{place} {value}（ファイルの値 {file}）",
        "base_makes": "ラインファイルのままでは{figure} {mean} {unit}（探索の乱数による）。",
        "tried": "{designs}案中{tried}案を計算、反復は計{runs}回。",
        "uncertain": "不確か", "every": "より安い案", "every_other": "その他のより安い案",
        "proof_by_cost": "{every}はすべて計算し、探索の乱数ではいずれも未達。",
        "proof": "{every}は探索の乱数ではすべて未達：その案、またはすべての場所でそれ以上の案を計算した。",
        "left": "より安い{n}案は未計算で、目標に達する案があるかもしれない。triesを増やせば分かる。",
        "left_front": "フロントが完成する前に計算数の上限に達した。triesを増やせば分かる。",
        "not_reached": "{place}: 目標 {figure} {target} {unit} に達しなかった。最良は{mean}（{name}、コスト{cost}）{untried}。"
        "選択範囲を広げるか、目標を変えること。",
        "untried": "、{n}案は未計算",
        "gave_up": "{place}: 目標 {figure} {target} {unit} を確認できなかった。{proposals}案を提案した後で探索を打ち切り、より高い{left}案は"
        "見ていない。最良は{mean}（{name}、コスト{cost}）。反復を増やすか、ほとんど差のない値を除くこと。",
        "surest": "最安とは限らない：{proposals}案が新しい乱数では不確かだったため、探索を打ち切り、分かっている中で最良の案を選んだ。"
        "{unseen}反復を増やすか、値の間隔を広げれば分かる。",
        "unseen": "より安い{n}案は見ていない。",
        "dropped": "探索が提案したが、新しい乱数では確かでなかった案：{names}。",
        "upside_down": "{large}は、コストが高いのに{small}より悪い（{difference} {unit}）。探索は「多いほど悪くなることはない」と仮定するため、"
        "選定は最安でない可能性がある。その場所をchooseから外すか、案を{few}以下にすること。",
        "front": "フロント", "front_is": "新しい乱数で、両指標とも他の案に負けない{n}案。",
        "apart": "フロント上で隣り合う案は、同じ乱数による対応のある差ですべて区別できる（全体で95％）。",
        "not_apart": "フロント上で隣り合う案のうち、同じ乱数による対応のある差では区別できないもの（全体で95％）：{pairs}。一方が他方に勝る可能性がある。",
        "pair": "{one}と{other}（{figures}）",
        "front_caption": "計算した案のうち、{price}を増やさずに{gain}が上回る案が他にないもの。新しい乱数による平均と95％信頼区間。",
        "result": "結果", "result_caption": "「一段小さくした場合」：この場所だけを次に小さい値にした案（探索の乱数による）。"
        "「未達」：すべての場所でそれ以上の案が未達のため、計算していない。「不確か」：新しい乱数による。",
        "all_tried": "{gain}と{price}", "all_tried_caption": "計算した全案（探索の乱数による平均）。線は、その中で他の案に負けない案を結ぶ。新しい乱数と異なる場合は、新しい乱数を信じること。",
        "path": "探索の経過",
        "path_caption": "計算した順の各案のコスト。緑：目標に達する、赤：未達。探索は自身の乱数で判断し、提案した案を新しい乱数で計算し直す。",
        "number": "番号", "reaches": "目標に達する", "phase": "探索の段階", "front_order": "探索の順",
        "ends": "最大と最小", "least": "他を最大としたときの一か所の最小", "diagonal": "全か所一律", "descent": "縮小",
        "cheaper": "残りの安い案", "by cost": "コスト順",
        "shown_of_tried": "{of}案中{n}案を表示。全案はdesigns.csvにある。", "choice": "選択", "each": "1単位あたり{cost}", "values_cost": "{value}：{cost}",
        "aim": "求めるもの", "aim_target": "{figure} {target} {unit}以上を最小のコストで", "aim_target_most": "{figure} {target} {unit}以下を最小のコストで",
        "aim_pareto": "{gain}と{price}", "tries": "計算する案の上限",
        "feasible_rule": "全案を同じ乱数で計算し、95％信頼区間が目標の片側に収まるか、指定の精度に達するまで反復する（BaturとKimによる）。その後は平均で判断する。",
        "check_rule": "探索が提案した案を新しい乱数で計算し、指標の片側の限界が目標を満たせば選定する。j回目の判定の信頼度は1 − 0.05 / 2ʲで、全判定が同時に95％で成り立つ。",
        "grow_rule": "探索は「すべての場所でそれ以上の案は劣らない」と仮定する。仮定するのはスループット・ラインOEE・年間生産能力で、案が{few}を超える場合だけで、"
        "それ以外はコスト順に計算する。",
    },
}  # fmt: skip


def words(lang: str) -> Mapping[str, str]:
    """The words of a language, those of experiments included: Japanese for ``ja…``, English otherwise."""
    return {**study_words(lang), **TEXTS[language(lang)]}
