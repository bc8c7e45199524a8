"""Whether and by when an authority is told of a complaint or signal (G3).

The days are counted by the engine; here is what moves them and who may.

deadline          of an assessment: one comparison, whatever moved it      applicable_rules  by the harm that is known; those without a rule set
rule_sets         versions: checked, released, replaced, withdrawn          reporting_terms   time limits of a rule set, and the days that work days leave out
questionnaire     questions of an assessment: answered, put on its form     reminders         who is told before a deadline, and once it has passed
of_signals        assessments of a signal, and what they hold back      regulatory_reports  reports to authorities: drafted, reviewed, submitted
report_facts      what the record says for them                         report_forms, report_files  forms as data; JSON and XML
supplements       facts that changed after a report
"""
