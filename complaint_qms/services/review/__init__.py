"""The management review: figures of a period as they were, what is said and decided about them, and the view of whoever directs.

spans      company and days that figures are about      frozen     what a report shows, as data that stays as it is
inputs     the sections of a review, from the reports   by_clause  those that no report has: reportable cases, signals, last actions
outlook    complaints by month, and those to be expected  overview   five numbers, findings, risk, cost and promises at a glance
making     a review takes and keeps its figures         drawing    charts as SVG
sheet      a review as pages, in its language           document   the PDF
workbook   its tables as XLSX                           schedule   drafts that nobody has to ask for
mailing    who gets the PDF, and when                 tasks      actions as tasks of who is responsible
"""
