// Loaded by the forms and pages of this app when one opens: everything that draws.
import * as stage_bar from "./desk/stage_bar";
import * as steps from "./desk/steps";
import { take_step } from "./desk/hand_over";
import * as headline from "./desk/headline";
import { contained_html } from "./desk/contained";
import { kind_of } from "./desk/file_kinds";
import { mind_confidential } from "./desk/confidential";
import { draw_gallery } from "./desk/gallery";
import { draw_proposals } from "./desk/proposals";
import { draw_occurrence, follow_occurrence } from "./desk/occurrence";
import { draw_residual } from "./desk/residual_risk";
import { draw_questions, draw_rule_set } from "./desk/reportability";
import { draw_report, offer_report } from "./desk/regulatory_report";
import { draw_clocks } from "./desk/clocks";
import { draw_flow } from "./desk/sop_flow";
import { import_sop, offer_sop_actions } from "./desk/sop_actions";
import { draw_linked } from "./desk/linked";
import * as context from "./desk/context";
import { draw_why_tree } from "./desk/why_tree";
import { draw_ishikawa } from "./desk/ishikawa";
import { draw_gantt } from "./desk/gantt";
import { draw_before_after } from "./desk/before_after";
import { draw_bands, draw_matrix } from "./desk/matrix";
import { merge_dialog } from "./desk/merging";
import { make_my_work } from "./desk/my_work";
import { make_triage } from "./desk/triage";
import { make_team_load } from "./desk/team_load";
import { draw_setup } from "./desk/setup";
import { offer_demo } from "./desk/demo";
import { choose_pack } from "./desk/packs";
import { offer_tour } from "./desk/tour";
import { offer_tracking_link } from "./desk/tracking_link";
import { offer_case_file } from "./desk/case_file";
import { open_inspection_index } from "./desk/inspection_index";
import { complete_own_action } from "./desk/own_action";
import { mind_board } from "./desk/board";
import * as answers from "./desk/answers";
import { offer_article } from "./desk/articles";
import { offer_genealogy, offer_investigated } from "./desk/genealogy";
import { draw_hold, hold_dialog, holds_html, may_hold, offer_hold } from "./desk/holding";
import { draw_disposal, draw_legal_hold } from "./desk/retention";
import { offer_unit_facts } from "./desk/unit_facts";
import { offer_common_factors, offer_common_factors_of } from "./desk/common_factors";
import { draw_field_action, offer_field_action } from "./desk/field_action";
import { draw_scan, draw_signal } from "./desk/signal";
import { draw_back_test } from "./desk/back_test";
import { draw_review } from "./desk/review";
import { make_management_view } from "./desk/management_view";
import { draw_chat, offer_chat } from "./desk/chat";
import { offer_summary } from "./desk/language_model";
import { draw_outside_facts } from "./desk/outside_facts";
import { draw_outside_issues } from "./desk/outside_issues";
import { show_fields } from "./desk/shown_fields";
import { tell_hidden } from "./desk/hidden_fields";
import { draw_inbox_item, make_complaint_of } from "./desk/inbox";
import { clear_intake, draw_intake } from "./desk/intake";
import { wait_for_uploads } from "./desk/photos";
import { draw_rule_conditions, rule_vocabulary } from "./desk/rule_builder";
import { try_rule } from "./desk/rule_trial";
import { offer_threshold_trial } from "./desk/threshold_trial";
import { draw_told_case } from "./desk/told_case";
import { hand_on_work } from "./desk/handing_on";
import { assignable, set_complaint_queries } from "./desk/complaint_queries";

frappe.provide("complaint_qms.desk");
Object.assign(complaint_qms.desk, stage_bar, steps, headline, context, answers, {
	take_step,
	contained_html,
	draw_intake,
	draw_inbox_item,
	make_complaint_of,
	draw_chat,
	offer_article,
	draw_outside_facts,
	draw_outside_issues,
	show_fields,
	offer_genealogy,
	offer_investigated,
	draw_hold,
	draw_disposal,
	draw_legal_hold,
	hold_dialog,
	holds_html,
	may_hold,
	offer_hold,
	offer_common_factors,
	offer_unit_facts,
	offer_common_factors_of,
	draw_field_action,
	draw_back_test,
	draw_review,
	make_management_view,
	draw_scan,
	draw_signal,
	offer_field_action,
	offer_chat,
	offer_summary,
	wait_for_uploads,
	clear_intake,
	mind_confidential,
	draw_gallery,
	kind_of,
	draw_proposals,
	draw_occurrence,
	follow_occurrence,
	draw_residual,
	draw_questions,
	draw_rule_set,
	draw_report,
	offer_report,
	draw_clocks,
	draw_flow,
	import_sop,
	offer_sop_actions,
	draw_linked,
	draw_told_case,
	draw_why_tree,
	draw_ishikawa,
	draw_gantt,
	draw_before_after,
	draw_bands,
	draw_matrix,
	merge_dialog,
	make_my_work,
	make_triage,
	make_team_load,
	draw_setup,
	offer_demo,
	choose_pack,
	offer_tour,
	offer_tracking_link,
	offer_case_file,
	open_inspection_index,
	tell_hidden,
	complete_own_action,
	mind_board,
	set_complaint_queries,
	assignable,
	draw_rule_conditions,
	rule_vocabulary,
	try_rule,
	offer_threshold_trial,
	hand_on_work,
});
