"""A mistake in a policy file: its place, and what is wrong in words, in English and in Chinese."""

from __future__ import annotations

import ast
import inspect
import re

import pytest
import yaml

from complaint_qms.backtest import catalogue, policy_file
from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.errors import CommandError
from complaint_qms.backtest.main import main
from complaint_qms.backtest.policy import default_text

# What the file says → what its author reads after the name of the file
MISTAKES = [
    ('- a\n', 'line 1, -: a mapping of sections is expected.'),
    ('version: 2\n', 'line 1, version: 1 is expected, not 2.'),
    ('sop:\n  warn_att: 1\n', 'line 2, sop.warn_att: unknown; expected one of: first_response_hours, stage_hours, total_hours, warn_at, ladder.'),
    ('similar:\n', 'line 1, similar: a value is expected.'),
    ('similar: 3\n', 'line 1, similar: a mapping is expected.'),
    ('signals: {by: week}\n', 'line 1, signals.by: a list is expected.'),
    ('signals: {by: [week]}\n', "line 1, signals.by[0]: one of all, item, batch, type, supplier, region, channel, model is expected, not 'week'."),
    ('signals: {by: [item, item]}\n', "line 1, signals.by[1]: 'item' stands there a second time."),
    ('calendar: {shifts: {monday: 9}}\n', 'line 1, calendar.shifts.monday: a list is expected.'),
    ('calendar: {shifts: {monday: [nine to five]}}\n', "line 1, calendar.shifts.monday[0]: a shift such as 09:00-17:30 is expected, not 'nine to five'."),
    ("calendar: {shifts: {monday: ['09:00-12:00', '11:00-13:00']}}\n", 'line 1, calendar.shifts.monday[1]: overlaps with calendar.shifts.monday[0].'),
    ('calendar: {holidays: [tomorrow]}\n', "line 1, calendar.holidays[0]: a date such as 2024-12-25 is expected, not 'tomorrow'."),
    ('calendar: {timezone: 3}\n', 'line 1, calendar.timezone: the name of a zone is expected, not 3.'),
    ('calendar: {timezone: Mars/Base}\n', "line 1, calendar.timezone: Unknown time zone: 'Mars/Base'."),
    ('calendar: {shifts: {monday: [], tuesday: [], wednesday: [], thursday: [], friday: []}}\n', 'line 1, calendar.shifts: there is no working time at all.'),
    ('sop: {stage_hours: {lunch: 3}}\n', 'line 1, sop.stage_hours.lunch: one of intake, triage, investigate, solve, confirm, execute, review is expected.'),
    ('sop: {stage_hours: {triage: -3}}\n', 'line 1, sop.stage_hours.triage: must be from 0.01 to 100000, is -3.'),
    ('sop: {stage_hours: {triage: long}}\n', "line 1, sop.stage_hours.triage: a number is expected, not 'long'."),
    ('sop: {ladder: [{at: 1}]}\n', 'line 1, sop.ladder[0]: at (share of the limit) and to (who) are expected.'),
    ('sop: {ladder: [{at: 1, to: a}, {at: 0.5, to: b}]}\n', 'line 1, sop.ladder[1].at: the steps of the ladder must rise.'),
    ('risk: {severities: []}\n', 'line 1, risk.severities: at least one level is expected.'),
    ('risk: {severities: [{key: a}]}\n', 'line 1, risk.severities[0]: key, name are expected.'),
    ('risk: {severities: [{key: a, name: A, words: hot}]}\n', "line 1, risk.severities[0].words: a list of words is expected, not 'hot'."),
    ('risk: {severities: [{key: a, name: 3}]}\n', 'line 1, risk.severities[0].name: a text is expected, not 3.'),
    ('risk: {occurrences: [{key: a, name: A, rate: 1, count: 0}]}\n', 'line 1, risk.occurrences[0].rate: the first level begins at 0.'),
    ('risk: {occurrences: [{key: a, name: A, rate: 0, count: 0}, {key: b, name: B, rate: 0, count: 1}]}\n', 'line 1, risk.occurrences[1].rate: must be larger than that of the level before.'),
    ('risk: {levels: {low: 3}}\n', 'line 1, risk.levels.low: a name with a mapping is expected.'),
    ('risk: {levels: {low: {acceptability: fine}}}\n', 'line 1, risk.levels.low: acceptability: one of acceptable, alarp, unacceptable is expected.'),
    ('risk: {levels: {low: {acceptability: acceptable, color: red}}}\n', 'line 1, risk.levels.low.color: a colour such as #C0392B is expected.'),
    ('risk: {grid: {a: []}}\n', 'line 1, risk.grid: exactly the rows negligible, minor, serious, critical, catastrophic are expected.'),
    ('risk:\n  grid: {negligible: 3, minor: [low], serious: [low], critical: [low], catastrophic: [low]}\n', 'line 2, risk.grid.negligible: a list of levels is expected.'),
    ('risk:\n  grid: {negligible: [low], minor: [low], serious: [low], critical: [low], catastrophic: [low]}\n', "line 2, risk.grid: Row 'negligible' has 1 cells where 5 are expected."),
    ('risk:\n  grid: {negligible: [huge, low, low, low, low], minor: [low, low, low, low, low], serious: [low, low, low, low, low], critical: [low, low, low, low, low], catastrophic: [low, low, low, low, low]}\n', "line 2, risk.grid: Row 'negligible' names the unknown level 'huge'."),
    ('risk: {harm: {itch: minor}}\n', 'line 1, risk.harm.itch: one of none, minor, serious, death is expected.'),
    ('risk: {harm: {death: awful}}\n', "line 1, risk.harm.death: unknown severity 'awful'."),
    ('risk: {severity_unknown: awful}\n', 'line 1, risk.severity_unknown: one of negligible, minor, serious, critical, catastrophic is expected.'),
    ('risk: {window_days: 1.5}\n', 'line 1, risk.window_days: a whole number is expected, not 1.5.'),
    ('risk: {window_days: 0}\n', 'line 1, risk.window_days: must be from 1 to 36525, is 0.'),
    ('reportability: {jurisdictions: [moon]}\n', "line 1, reportability.jurisdictions[0]: one of us_fda, eu_mdr is expected, not 'moon'."),
    ('reportability: {answers: {itch: []}}\n', 'line 1, reportability.answers.itch: one of none, minor, serious, death is expected.'),
    ('reportability: {answers: {death: 3}}\n', 'line 1, reportability.answers.death: a list of questions is expected, not 3.'),
    ('rules: [1]\n', 'line 1, rules[0]: expected a mapping, got a number.'),
    ("rules: [{name: x, when: {field: item, op: '=>', value: 1}, then: [{do: add_tag, tag: t}]}]\n", "line 1, rules[0].when.op: unknown operator '=>'; known: =, !=, >, >=, <, <=, in, not in, contains, not contains, matches, is set, is not set, between, within last days."),
    ('rules: [{name: x, then: []}]\n', 'line 1, rules[0].then: a rule needs at least one action.'),
    ('rules: [{name: x, then: [{do: add_tag, tag: 3}]}]\n', 'line 1, rules[0].then[0].tag: expected a text that is not empty, got a number.'),
    ('rules: [{name: x, then: [{do: add_tag}]}]\n', 'line 1, rules[0].then[0].tag: missing; expected a text that is not empty.'),
    ("rules: [{name: x, when: {field: item, op: matches, value: '(a'}, then: [{do: add_tag, tag: t}]}]\n", 'line 1, rules[0].when.value: a parenthesis is not closed (at character 2).'),
    ("rules: [{name: x, when: {fact: complaint_count, args: {by: colour, days: 3}, op: '>', value: 1}, then: [{do: add_tag, tag: t}]}]\n", 'line 1, rules[0].when.args.by: one of customer, item, batch, type, supplier is expected.'),
    ("rules: [{name: x, when: {fact: complaint_count, args: {by: item, days: 0}, op: '>', value: 1}, then: [{do: add_tag, tag: t}]}]\n", 'line 1, rules[0].when.args.days: must be from 1 to 36525, is 0.'),
]  # fmt: skip


def mistake(tmp_path, text: str) -> CommandError:
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(CommandError) as caught:
        policy_file.load_policy(path)
    return caught.value


@pytest.mark.parametrize(("text", "told"), MISTAKES)
def test_what_is_wrong_is_said_with_its_place(tmp_path, text, told):
    error = mistake(tmp_path, text)
    assert str(error).endswith(f"policy.yaml, {told}")
    chinese = catalogue.message_text(error.message, "zh")
    place = told.split(": ")[0].split(", ")[1]
    what = chinese.partition(f"，{place}：")[2]
    assert re.search(r"[\u3400-\u9fff]", what)
    assert "expected" not in what


def test_each_mistake_has_its_words_and_no_words_are_left_over():
    tree = ast.parse(inspect.getsource(policy_file))
    used = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and str(node.value).startswith("policy_")
    }
    of_the_report = {"policy_used"}
    assert used | of_the_report == {key for key in catalogue.entries() if key.startswith("policy_")}


def test_what_is_written_to_be_changed_has_its_comments_in_the_language(tmp_path, capsys):
    assert main(["--lang", "zh", "--print-policy"]) == 0
    chinese = capsys.readouterr().out
    assert yaml.safe_load(chinese) == yaml.safe_load(default_text("en"))
    comments = [line.partition("# ")[2] for line in chinese.splitlines() if re.search(r"(^|\s)# ", line)]
    assert len(comments) > 20
    assert all(re.search("[\u4e00-\u9fff]", comment) for comment in comments)
    source, out = tmp_path / "a.csv", tmp_path / "out"
    source.write_text(
        "id,received,type,extra\n" + "".join(f"{n},2024-01-{n:02d},leak,x\n" for n in range(1, 9))
    )
    for language in ("zh", "en", "zh"):  # a file of ours is no one's work, whatever its language
        assert (
            main(["--lang", language, "replay", str(source), "--out", str(out), "--no-text", "--quiet"]) == 0
        )
    assert sorted(path.name for path in out.glob("mapping*")) == ["mapping.yaml"]
    written = (out / "mapping.yaml").read_text(encoding="utf-8")
    assert "# 未使用：extra" in written
    assert "filled" not in written
    again = ["replay", str(source), "--out", str(tmp_path / "o"), "--mapping", str(out / "mapping.yaml")]
    assert main([*again, "--no-text", "--quiet"]) == 0


def test_one_is_told_as_one():
    assert phrase("complaints_count", count="1") == "1 complaint"
    assert phrase("complaints_count", count="11") == "11 complaints"
