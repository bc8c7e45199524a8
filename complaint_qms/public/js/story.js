// The timeline of a record tells its story; the log of every change is one click behind it.
const CHANGES = "complaint_qms.api.story.changes";

/** Show the story alone where the timeline holds one, with the button that shows every change. */
export function mind_story(frm) {
	const $timeline = frm.$wrapper.find(".new-timeline").first();
	if (!$timeline.find(".cq-sentence").length) return;
	if (frm.cq_changes_of !== frm.doc.name) frm.cq_changes_of = null;
	const all = Boolean(frm.cq_changes_of);
	$timeline.toggleClass("cq-story", !all);
	let $button = $timeline.find(".cq-changes");
	if (!$button.length) {
		$button = $('<button type="button" class="btn btn-xs btn-default cq-changes"></button>').on("click", () => turn(frm));
		$timeline.find(".activity-title").first().append($button);
	}
	$button.text(all ? __("Show What Happened") : __("Show Every Change"));
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
	frm.timeline.refresh();
	return mind_story(frm);
}
