// The timeline of a record tells its story, asked for when the timeline comes into sight; the log of every change is one click behind it.
const SENTENCES = "complaint_qms.api.story.sentences";
const CHANGES = "complaint_qms.api.story.changes";
const ENTRY = "Quality Audit Entry";
const EARLY = "200px"; // before it is in sight

/** Tell the story of a record that has one, with the button that shows every change. */
export function mind_story(frm) {
	if (frm.is_new() || !frm.timeline || !(frappe.boot.complaint_qms_with_story || []).includes(frm.doctype)) return;
	mind_anew(frm.doctype);
	const info = frm.get_docinfo();
	if (!info) return;
	if (frm.cq_changes_of !== frm.doc.name) frm.cq_changes_of = null;
	const $timeline = frm.$wrapper.find(".new-timeline").first();
	$timeline.toggleClass("cq-story", !frm.cq_changes_of);
	if (info.cq_told) return offer_changes(frm, $timeline);
	when_seen(frm, $timeline[0], () => tell(frm, info));
}

/** The audit trail of a record whose changes are kept, for who may read it. */
export function offer_trail(frm) {
	if (frm.is_new() || !frm.meta.track_changes || !frappe.model.can_read(ENTRY)) return;
	frm.page.add_menu_item(__("Quality Audit Trail"), () =>
		frappe.set_route("query-report", "Quality Audit Trail", {
			document_type: frm.doctype,
			document_name: frm.doc.name,
			period: "",
			from_date: "",
		})
	);
}

async function tell(frm, info) {
	if (info.cq_asked || frm.get_docinfo() !== info) return null;
	info.cq_asked = true;
	const told = await frappe.xcall(SENTENCES, { doctype: frm.doctype, name: frm.doc.name }).catch(() => null);
	if (!told) return fall_back(frm, info);
	info.additional_timeline_content = [...(info.additional_timeline_content || []), ...told];
	info.cq_told = true;
	return frm.get_docinfo() === info && frm.timeline.refresh();
}

/** Without the story the framework's own notes are better than none; a click asks for it again. */
function fall_back(frm, info) {
	info.cq_asked = false;
	if (frm.get_docinfo() !== info) return;
	frm.cq_changes_of = frm.doc.name;
	offer_changes(frm, frm.$wrapper.find(".new-timeline").first().removeClass("cq-story"));
}

/** One watch for each form, on what it shows now. */
function when_seen(frm, timeline, then) {
	if (frm.cq_story_watch) frm.cq_story_watch.disconnect();
	frm.cq_story_watch = new IntersectionObserver(
		(seen, watch) => {
			if (!seen.some((entry) => entry.isIntersecting)) return;
			watch.disconnect();
			then();
		},
		{ rootMargin: EARLY }
	);
	frm.cq_story_watch.observe(timeline);
}

/** The framework draws a timeline anew after a comment, an assignment, a mail, with what it knows or with what it was sent. */
const minded = new Set();
function mind_anew(doctype) {
	if (minded.has(doctype)) return;
	minded.add(doctype);
	frappe.ui.form.on(doctype, "timeline_refresh", mind_story);
}

function offer_changes(frm, $timeline) {
	let $button = $timeline.find(".cq-changes");
	if (!$button.length) {
		$button = $('<button type="button" class="btn btn-xs btn-default cq-changes"></button>').on("click", () => turn(frm));
		$timeline.find(".activity-title").first().append($button);
	}
	$button.text(frm.cq_changes_of ? __("Show What Happened") : __("Show Every Change"));
}

async function turn(frm) {
	const { doctype, doc } = frm;
	if (frm.cq_changes_of) {
		frm.cq_changes_of = null;
		return mind_story(frm);
	}
	const versions = await frappe.xcall(CHANGES, { doctype, name: doc.name });
	if (frm.doc !== doc) return null;
	frm.get_docinfo().versions = versions;
	frm.cq_changes_of = doc.name;
	return frm.timeline.refresh();
}
