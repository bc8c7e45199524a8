// What PLM, MES and other systems said last about the batch that is pointed at and its item.
import { fact_html } from "../desk/outside_facts";

const API = "complaint_qms.api.connectors.facts_of_batch";
/** Who goes from node to node by key asks for none of them. */
const REST_MS = 350;

let asked = 0;

/** Append them to what is told of a node, once it is looked at. */
export function tell_outside_facts(node, $node) {
	const mine = ++asked;
	if (!frappe.boot.complaint_qms_outside_facts || node?.doctype !== "Batch" || !node.name) return;
	setTimeout(async () => {
		if (mine !== asked) return;
		const facts = await frappe.xcall(API, { batch: node.name }).catch(() => []);
		if (mine === asked) $node.append(facts.map(fact_html).join(""));
	}, REST_MS);
}
