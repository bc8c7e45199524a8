"""The inspector's index: all complaints of a period, product, batch, supplier or customer on paper, with what is open and overdue, and on wish
the whole file of each in one archive that is checked without the site.

scope     what is asked for              listed    the complaints, as far as the reader may see them
related   CAPAs, investigations, assessments, reports and signals of theirs
overdue   what of it all is late         chapters  all of it as parts of a document
binding   cover, contents and parts as one PDF
making    the job, its limits, and how far it is
"""
