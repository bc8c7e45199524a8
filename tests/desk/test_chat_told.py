"""What a customer tells in a chat: their own words alone, all of them, and the product that they name; and who answers them."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import chat as api
from complaint_qms.constants import roles, work
from complaint_qms.constants.chat import CHANNEL_KEYS
from complaint_qms.services.chat import channels, complaint_chats, presence, sender_text
from complaint_qms.services.correspondence import promise
from complaint_qms.services.correspondence.merge_fields import merge_fields
from complaint_qms.services.inbox import decisions, draft
from complaint_qms.services.intake import matching, proposals
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.chatting import a_channel, a_file, chat_of, items, said, says, turns
from tests.desk.factory import as_user, person
from tests.desk.test_chat import registered
from tests.desk.test_visitor_uploads import photo

pytestmark = pytest.mark.usefixtures("site")
PERSON = "I want to talk to a person"


def registered_with(order: str = "", told: str = ""):
    """The complaint of a talk in which these were told."""
    channel = a_channel()
    says(channel, f"My lamp is broken. The glass cracked on the first day and it leaks. {told}")
    for _turn in range(8):
        chat = chat_of(channel)
        if chat.complaint:
            return frappe.get_doc("Complaint", chat.complaint)
        answers = {"product": "Lamp 7", "order": order or "no number", "photos": "no photo", "confirm": "yes"}
        says(channel, answers.get(json.loads(chat.dialog_state)["asked"], "It cracked and leaks"))
    raise AssertionError(said(chat))


def code_of_one_digit() -> str:
    """An item code as HB-STEAM-2 that nobody has used."""
    return f"HB-{''.join(chr(ord('G') + int(sign, 16)) for sign in frappe.generate_hash(length=8))}-2"


class TestChannel:
    @pytest.mark.parametrize("provider", CHANNEL_KEYS)
    def test_without_a_channel_of_its_own_it_is_that_of_the_service(self, provider):
        channel = frappe._dict(provider=provider, channel=None)
        found = channels.complaint_channel(channel)
        assert frappe.db.get_value("Complaint Channel", found, "channel_key") == CHANNEL_KEYS[provider]
        assert channels.complaint_channel(frappe._dict(channel, channel="Email")) == "Email"

    def test_it_stands_on_the_complaint(self):
        chat = registered(a_channel())
        assert frappe.db.get_value("Complaint", chat.complaint, "channel") == "Chat"

    @pytest.mark.parametrize(
        ("provider", "field", "values"),
        [
            ("signed_webhook", "app_secret", {}),
            ("whatsapp", "token", {"app_id": "1", "access_token": "a"}),
            ("wechat", "token", {"app_id": "1", "aes_key": "a" * 43}),
        ],
    )
    def test_a_secret_that_we_choose_is_long_enough(self, provider, field, values):
        label = {"app_secret": "Secret", "token": "Token"}[field]
        for short in ("abcde", "x" * 15):
            with pytest.raises(frappe.ValidationError, match=f"{label}: choose at least 16 characters"):
                a_channel(provider, **values, **{field: short})
        channel = a_channel(provider, **values, **{field: "x" * 16})
        channel.reload()
        channel.language = "zh"
        channel.save()  # the one that is stored
        assert getattr(channels.account_of(channel), field) == "x" * 16

    def test_what_the_service_issues_is_as_long_as_it_is(self):
        issued = {"app_id": "1", "app_secret": "s", "access_token": "a"}
        assert a_channel("whatsapp", token="t" * 16, **issued).name
        assert a_channel("dingtalk", app_id="1", app_secret="s").name


class TestOwnWords:
    def test_names_that_we_write_below_are_no_words_of_the_customer(self):
        doc = registered_with("SO-2026-00017")
        assert "Order, delivery or invoice number: SO-2026-00017" in doc.description
        told = proposals.told_text(doc)
        assert "SO-2026-00017" in told
        assert "invoice" not in told
        assert (
            proposals.told_text({"subject": "灯", "description": "<p>碎了</p><p>批次：B-1</p>"})
            == "灯. 碎了. B-1"
        )

    def test_quotes_and_answers_that_were_offered_are_not_theirs(self):
        channel = a_channel()
        chat = says(channel, "The lamp exploded and burned my hand")
        ours = said(chat)
        quoted = f"「Support：{ours}」\n- - - - - - - - -\nThank you, it is better"
        assert sender_text.own_text(chat, quoted) == "Thank you, it is better"
        assert sender_text.own_text(chat, f"{ours}\nIt is better") == "It is better"
        other = a_channel()
        says(other, "[Report a problem]")
        says(other, f"「Support：{ours}」\n- - - - - - - - -\nMy lamp is broken, it leaks")
        chat = says(other, PERSON)
        waiting = frappe.get_doc("Complaint Inbox Item", chat.inbox_item)
        assert waiting.text.splitlines()[-2:] == ["My lamp is broken, it leaks", PERSON]
        assert "emergency" not in waiting.text
        assert not chat.complaint, "no harm of the customer's"


class TestProduct:
    def test_an_exact_code_is_the_item_of_the_complaint(self):
        item = factory.item(item_code=factory.unique("LMP-4711")).name
        doc = registered_with(told=f"Its item code is {item}.")
        assert doc.item_code == item

    @pytest.mark.parametrize(
        ("told", "language"), [("The lid of my steam inhaler {0} is cracked", "en"), ("蒸汽吸入器{0}的盖子裂了", "zh")]
    )  # fmt: skip
    def test_a_code_of_few_digits_is_the_item_wherever_it_stands_and_nobody_is_asked_again(
        self, told, language
    ):
        code = factory.item(item_code=code_of_one_digit()).name
        channel = a_channel(language=language)
        chat = says(channel, told.format(code))
        for _turn in range(6):
            asked = json.loads(chat.dialog_state)["asked"]
            assert asked in ("order", "photos", "confirm"), "the product is known"
            answers = {"order": "没有", "photos": "没有照片，继续", "confirm": "是"} if language == "zh" else {"order": "no number", "photos": "no photo", "confirm": "yes"}  # fmt: skip
            chat = says(channel, answers[asked])
            if chat.complaint:
                break
        assert frappe.db.get_value("Complaint", chat.complaint, "item_code") == code

    def test_a_batch_names_its_item_and_numbers_of_two_items_name_none(self):
        batch = factory.batch(factory.item(has_batch_no=1).name, batch_id=factory.unique("LOT-4711"))
        assert matching.exact_product(f"It says lot {batch.name.lower()}") == {
            "item_code": batch.item,
            "batch_no": batch.name,
        }
        other = factory.item(item_code=factory.unique("LMP-4714")).name
        assert matching.exact_product(f"Lot {batch.name} of {other}") == {}
        assert matching.exact_product(f"Lot {batch.name}", own_numbers=(batch.name,)) == {}

    def test_what_is_spelt_otherwise_or_means_several_is_left_to_a_person(self):
        first, second = (factory.item(item_code=factory.unique(f"LMP-47{n}")).name for n in (11, 12))
        assert not registered_with(told=f"It is a {first}X.").item_code
        assert not registered_with(told=f"It is {first} or {second}.").item_code


class TestHarm:
    @pytest.mark.parametrize(
        ("told", "harm"),
        [
            (
                "One more complaint: the lid of my steam inhaler {0} is cracked",
                "My daughter burned her hand on the kettle!",
            ),
            ("我还要投诉：蒸汽吸入器{0}的盖子裂了", "我的孩子被水壶烫伤了，已经住院！"),
            ("", "My daughter got a shock from the toaster"),
        ],
    )
    def test_harm_told_during_another_complaint_leads_and_nobody_is_told_to_wait(self, told, harm):
        channel = a_channel()
        code = factory.item(item_code=code_of_one_digit()).name
        first = registered(channel).complaint
        if told:
            says(channel, told.format(code))
        chat = says(channel, harm)
        doc = frappe.get_doc("Complaint", chat.complaint)
        assert doc.name != first
        assert doc.subject == harm
        assert told.format(code) in doc.description
        assert turns(chat, "sender")[-1].complaint == doc.name
        assert (doc.item_code, doc.product_model) == (None, None)
        assert (chat.mode, chat.waits) == ("with_person", 1)
        doc.resolution_due = now_datetime()
        assert promise.day_of(doc) is None
        assert not merge_fields(doc)["promised_by"]
        doc.promised_on = now_datetime().date()
        assert promise.day_of(doc) == doc.promised_on, "a person has promised it"


class TestWholeTalk:
    def test_a_complaint_made_by_a_person_tells_all_that_was_said_with_its_files(self):
        channel = a_channel()
        item_code = factory.item(item_code=factory.unique("LMP-4713")).name
        says(channel, "My lamp is broken, it leaks", files=[a_file(photo())])
        chat = says(channel, PERSON)
        says(channel, f"Its code is {item_code}", files=[a_file(photo(), "plate.png")])
        says(channel, "And the cable is torn")
        first = turns(chat, "sender")[0]
        proposed = draft.proposed_values(frappe.get_doc("Complaint Inbox Item", chat.inbox_item))
        for text in ("it leaks", item_code, "the cable is torn"):
            assert text in proposed["description"]
        assert proposed["received_at"] == first.at
        doc = decisions.make_complaint(api.message_to_decide(chat.name), {})
        complaint_chats.add_files(doc.name)
        doc.reload()
        assert "the cable is torn" in doc.description
        assert (doc.item_code, len(doc.evidence)) == (item_code, 2)
        assert {turn.complaint for turn in turns(chat, "sender")} == {doc.name}
        assert {item.complaint for item in items(channel)} == {doc.name}


class TestWhoWaits:
    def test_until_somebody_has_taken_it_up_the_chat_hears_and_a_further_complaint_is_taken_down(self):
        channel = a_channel()
        first = registered(channel).complaint
        chat = says(channel, "How do I repaint the lamp?")
        assert (chat.mode, chat.waits) == ("with_person", 1)
        words = []
        for text in ("It was bought in May", "And I live in York", "Can I talk to a human please?", "Any human there please?"):  # fmt: skip
            before = len(turns(chat, "assistant"))
            chat = says(channel, text)
            words.append([turn.text for turn in turns(chat, "assistant")[before:]])
        assert [len(said_now) for said_now in words] == [1, 0, 1, 0]
        assert "together with your complaint" in words[0][0]
        assert {turn.complaint for turn in turns(chat, "sender")} == {first}
        chat = says(channel, "new complaint")
        assert (chat.mode, chat.complaint, chat.waits) == ("collecting", None, 1), "the question still waits"
        second = registered(channel).complaint
        assert second != first

    def test_nobody_else_speaks_once_a_person_has_it(self):
        channel, agent = a_channel(), person(roles.AGENT)
        chat = registered(channel)
        says(channel, "How do I repaint the lamp?")
        with as_user(agent):
            api.reply(chat.name, "With any paint for metal")
        before = len(turns(chat, "assistant"))
        for text in ("It was bought in May", "new complaint", "Can I talk to a human please?"):
            chat = says(channel, text)
        assert len(turns(chat, "assistant")) == before
        assert (chat.mode, chat.handed_to) == ("with_person", agent)


class TestWhoAnswers:
    def works(self, user: str, chat) -> list[dict]:
        with as_user(user):
            rows = my_work(user, now_datetime())["rows"]
        return [row for row in rows if row["kind"] == work.CHAT and row["name"] == chat.name]

    def test_a_chat_that_waits_about_a_complaint_is_on_the_work_of_who_has_it(self):
        handler, agent, other = (person(roles.AGENT) for _ in range(3))
        channel = a_channel(assistant=0)
        chat = registered(a_channel())
        frappe.db.set_value("Complaint Chat", chat.name, {"waits": 1, "last_message_at": now_datetime()})
        assert self.works(agent, chat), "nobody has it: everybody with the channel's role"
        frappe.db.set_value("Complaint", chat.complaint, "complaint_owner", handler)
        assert [bool(self.works(user, chat)) for user in (handler, agent, other)] == [True, False, False]
        frappe.db.set_value("Complaint Chat", chat.name, "handed_to", agent)
        (row,) = self.works(agent, chat)
        assert (row["complaint"], row["doctype"]) == (chat.complaint, "Complaint Chat")
        assert not self.works(handler, chat)
        frappe.db.set_value("Complaint Chat", chat.name, "waits", 0)
        assert not self.works(agent, chat)
        waiting = says(channel, "Hello")
        assert not self.works(agent, waiting), "its message stands there"

    def test_who_was_slower_is_told_and_sends_nothing(self):
        one, other = person(roles.AGENT), person(roles.AGENT)
        channel = a_channel(assistant=0)
        chat = says(channel, "My lamp is broken")
        seen = turns(chat)[-1].name
        with as_user(one):
            assert api.writing(chat.name) == []
            with as_user(other):
                assert api.writing(chat.name) == [one]
            api.reply(chat.name, "A new one is on its way", seen=seen)
        with as_user(other):
            with pytest.raises(frappe.ValidationError, match="has answered meanwhile"):
                api.reply(chat.name, "Please send a photo", seen=seen)
            assert len(turns(chat, "person")) == 1
            assert api.writing(chat.name) == [], "the first one has sent it"
            api.reply(chat.name, "Please send a photo", seen=turns(chat)[-1].name)
        with as_user(one):
            api.reply(chat.name, "By mail as well", seen=turns(chat)[-1].name)
        presence.end_writing(chat)
        assert [turn.user for turn in turns(chat, "person")] == [one, other, one]
