"""What a customer does who is logged in: sees the own complaints, files new ones about what was bought, follows, answers, rates.

access    whether the portal is open, and for whom a login speaks    listing   own complaints, page by page
case      one of them: how it stands, and what the customer says     new_complaint  a new one, into the inbox and out of it
page_texts  what the pages say                                       menu      its entry in the menu of ERPNext's portal
"""
