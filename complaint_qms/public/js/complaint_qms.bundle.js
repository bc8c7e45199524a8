// Loaded on every desk page: words for keys, and "Create → Complaint" for ERPNext's forms. Kept small.
import * as labels from "./labels";
import * as words from "./words";
import { offer_complaint } from "./erpnext/create_complaint";
import "./report_filters";
import "./chart_drill";

frappe.provide("complaint_qms");
Object.assign(complaint_qms, { labels, words, offer_complaint });

labels.install();
