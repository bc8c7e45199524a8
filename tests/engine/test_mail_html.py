"""HTML of mail programs as text: what people see, line by line, and what is marked as quote, signature or picture."""

from __future__ import annotations

import pytest

from complaint_qms.engine.mail.html_text import lines_of_html
from complaint_qms.engine.mail.parts import Parts, split

SAID = "The second pump leaks.\nPlease send a new one."
OLD = "Please tell us the batch number."


def of(html: str, subject: str = "", **more: bool) -> Parts:
    return split(lines_of_html(html), subject, **more)


PROGRAMS = {
    "gmail": f"""<div dir="ltr"><div>The second pump leaks.</div><div>Please send a new one.</div></div><br><div class="gmail_quote gmail_quote_container">
        <div dir="ltr" class="gmail_attr">On Fri, Nov 27, 2026 at 3:04 PM Harbour &lt;<a href="mailto:s@harbour.example">s@harbour.example</a>&gt; wrote:<br></div>
        <blockquote class="gmail_quote" style="margin:0"><div>{OLD}</div></blockquote></div>""",
    "outlook": f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal {{margin:0}}</style></head><body><div class="WordSection1">
        <p class="MsoNormal">The second pump leaks.<br>Please send a new one.<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>
        <div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Von:</b> Harbour &lt;s@harbour.example&gt; <br><b>Gesendet:</b> Freitag, 27. November 2026<br><b>An:</b> Ann<br><b>Betreff:</b> AW</p></div>
        <p class="MsoNormal">{OLD}</p></div></body></html>""",
    "outlook web": f"""<div class="elementToProof">The second pump leaks.</div><div>Please send a new one.</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%">
        <div id="divRplyFwdMsg" dir="ltr"><font><b>From:</b> Harbour &lt;s@harbour.example&gt;<br><b>Sent:</b> Friday<br><b>To:</b> Ann<br><b>Subject:</b> Re</font></div><div>{OLD}</div>""",
    "outlook of a quoted gmail": f"""<div>The second pump leaks.</div><div>Please send a new one.</div><div class="x_gmail_attr">On Friday 27 at 3 PM Harbour wrote:</div><blockquote>{OLD}</blockquote>""",
    "apple mail": f"""<body style="word-wrap: break-word;">The second pump leaks.<div>Please send a new one.<br><div><br><blockquote type="cite"><div>Am 27.11.2026 um 15:04 schrieb Harbour &lt;s@harbour.example&gt;:</div><br><div>{OLD}</div></blockquote></div></div></body>""",
    "thunderbird": f"""<p>The second pump leaks.<br>Please send a new one.</p><div class="moz-cite-prefix">Le 27/11/2026 à 15:04, Harbour a écrit :<br></div><blockquote type="cite" cite="mid:1@harbour.example">{OLD}</blockquote>""",
    "qq": f"""<div>The second pump leaks.</div><div>Please send a new one.</div><div><br></div><div style="font-size: 12px;padding:2px 0 2px 0;">------------------&nbsp;原始邮件&nbsp;------------------</div>
        <div style="font-size: 12px;background:#efefef;padding:8px;"><div><b>发件人:</b>&nbsp;"Harbour"&lt;s@harbour.example&gt;;</div><div><b>发送时间:</b>&nbsp;2026年11月27日</div><div><b>收件人:</b>&nbsp;"Ann";</div><div><b>主题:</b>&nbsp;投诉</div></div><div>{OLD}</div>""",
    "foxmail": f"""<div>The second pump leaks.</div><div>Please send a new one.</div><blockquote style="margin-Top: 0px; margin-Bottom: 0px; margin-Left: 0.5em"><div style="border:none;border-top:solid #B5C4DF 1.0pt"><div><b>发件人：</b>&nbsp;s@harbour.example</div><div><b>主题：</b>&nbsp;投诉</div></div><div>{OLD}</div></blockquote>""",
    "163": f"""<div style="line-height:1.7">The second pump leaks.<br>Please send a new one.</div><br><pre><br>At 2026-11-27 15:04:05, "Harbour" &lt;s@harbour.example&gt; wrote:</pre><blockquote id="isReplyContent" style="PADDING-LEFT: 1ex">{OLD}</blockquote>""",
    "163 mailmaster": f"""<div>The second pump leaks.</div><div>Please send a new one.</div><div class="ntes-mailmaster-quote"><div>---- 回复的原邮件 ----</div><table><tr><td>发件人</td><td>Harbour&lt;s@harbour.example&gt;</td></tr><tr><td>主题</td><td>投诉</td></tr></table><div>{OLD}</div></div>""",
    "yahoo": f"""<div>The second pump leaks.</div><div>Please send a new one.</div><div class="ydp1 yahoo_quoted"><div>On Friday, November 27, 2026, 3:04 PM, Harbour wrote:</div><div>{OLD}</div></div>""",
    "proton": f"""<div>The second pump leaks.</div><div>Please send a new one.</div><div class="protonmail_quote">On Friday, Harbour wrote:<br><blockquote>{OLD}</blockquote></div>""",
}  # fmt: skip
SIGNATURES = {
    "gmail": '<div><br clear="all"></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">Ann Lee<br>Pumps &amp; Valves</div>',
    "outlook": '<div id="Signature"><p>Ann Lee</p><p>Pumps &amp; Valves</p></div>',
    "outlook phone": '<div id="ms-outlook-mobile-signature">Ann Lee<br>Pumps &amp; Valves</div>',
    "thunderbird": '<pre class="moz-signature" cols="72">-- \nAnn Lee\nPumps &amp; Valves</pre>',
    "written": "<p>Best regards,</p><p>Ann Lee<br>Pumps &amp; Valves</p>",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_was_written_stands_apart_from_what_was_quoted(program: str) -> None:
    parts = of(PROGRAMS[program], "Re: Your complaint", is_reply=True)
    assert "\n".join(filter(None, parts.written.split("\n"))) == SAID
    assert OLD in parts.quoted


@pytest.mark.parametrize("signature", SIGNATURES)
def test_signatures(signature: str) -> None:
    parts = of(f"<div>The second pump leaks.<br>Please send a new one.</div>{SIGNATURES[signature]}")
    assert parts.written == SAID
    assert "Pumps & Valves" in parts.signature


def test_a_signature_that_holds_the_whole_mail_is_no_signature() -> None:
    assert of(f'<div id="AppleMailSignature">{SAID.replace(chr(10), "<br>")}</div>').written == SAID
    long = "<br>".join(["The pump leaks since Monday."] * 30)
    assert "Monday" in of(f'<div>Hello</div><div class="signature">{long}</div>').written


def test_a_forward_of_gmail_has_the_forwarded_text_and_its_writer() -> None:
    parts = of(
        '<div>Please see below.</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: <strong>Bo Wu</strong> '
        "&lt;<a>bo@mill.example</a>&gt;<br>Date: Fri, Nov 27, 2026<br>Subject: Pump leaks<br>To: Sales</div><br><div>It leaks at the seal.</div></div>"
    )
    assert parts.written == "Please see below."
    assert "It leaks at the seal." in parts.forwarded
    assert parts.origin == ("Bo Wu", "bo@mill.example")


def test_a_forward_of_outlook_has_the_forwarded_text_and_its_writer() -> None:
    parts = of(PROGRAMS["outlook"], "WG: Pumpe")
    assert parts.origin == ("Harbour", "s@harbour.example")
    assert OLD in parts.forwarded


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br>Two<br/><br>Three", "One\nTwo\n\nThree"),
        ("<ul><li>lid</li><li>seal</li></ul>", "- lid\n- seal"),
        ("<table><tr><td>Batch</td><td>A-7</td></tr><tr><td>Qty</td><td>3</td></tr></table>", "Batch | A-7\nQty | 3"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a&nbsp;&amp;&lt;b&gt; &euro;5 &#27700;", "a &<b> €5 水"),
        ("<style>x{}</style><script>alert(1)</script><title>t</title>seen", "seen"),
        ("<div style='display:none'>preview</div>seen", "seen"),
        ("<!-- hidden -->seen<!--[if mso]>x<![endif]-->", "seen"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("unclosed <b>tag", "unclosed tag"),
        ("a<", "a<"),
        ("", ""),
        ("   ", ""),
        ("<?xml version='1.0' encoding='gb2312'?><p>水泵</p>", "水泵"),
        ("\x00水\x01泵", "水泵"),
        ("a<hr>b", "a\n\nb"),
        ("<span>wa</span><span>ter</span>", "water"),
    ],
)  # fmt: skip
def test_markup_as_text(html: str, text: str) -> None:
    assert of(html).written == text


def test_pictures_are_known_by_where_they_stand() -> None:
    parts = of(
        '<p>See: <img src="cid:photo@1"></p><div class="gmail_signature">Ann<img src="CID:logo@1"></div><blockquote><img src="cid:old@1"></blockquote><img src="https://x.example/p.gif" width=1>'
    )
    assert parts.images == {"photo@1": "", "logo@1": "signature", "old@1": "quote"}
