"""Chats: messages by WeCom, DingTalk, WeChat, WhatsApp and signed webhooks that become complaints, and what is answered.

channels      a service that is connected: its address, its secrets    receiving  a request, verified and kept in the inbox
inbox_reader  the reader of the inbox's chat road, in order            media      files, fetched with limits
conversation  one sender's chat and its turns                          complaint_chats  a chat that belongs to a complaint
assistant     what the first-reply assistant makes of a turn           late_files  files that were not to be had at first
reply_texts   what the assistant says, in the sender's language        handover   between the assistant and persons
sender_text   what a sender has told in their own words
own_complaint  a sender's word on a solution, and how it stands  site_words  what the site says by itself
sending       what goes out, tried again and given up in the end       replying   a person's answer
presence      who writes at the moment, and who was faster
"""
