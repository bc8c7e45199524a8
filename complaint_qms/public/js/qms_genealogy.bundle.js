// Loaded when the picture of a genealogy is opened, and never with the desk: it holds the library that draws.
import { make_genealogy } from "./genealogy/page";

frappe.provide("complaint_qms.genealogy");
Object.assign(complaint_qms.genealogy, { make_genealogy });
