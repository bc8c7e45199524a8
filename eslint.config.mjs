import js from "@eslint/js";
import globals from "globals";

// What the desk puts on the page before our scripts run.
const DESK = [
	"$",
	"__",
	"cint",
	"complaint_qms",
	"cur_frm",
	"cur_list",
	"erpnext",
	"flt",
	"format_currency",
	"format_number",
	"frappe",
	"locals",
	"moment",
	"precision",
	"strip_html",
];

// A function in the place of one of the desk's, for the object it is put on. What the desk leaves open to be filled in is no such thing.
const OPEN = "/^(on_?hide|on_?show|on_page_.*|on(load|error|progress|message|change)|formatter|get_query)$/";
const FUNCTION = "/^(Arrow)?FunctionExpression$/";
const REPLACED = [
	`AssignmentExpression[left.type="MemberExpression"][left.computed=false][left.object.type!="ThisExpression"][right.type=${FUNCTION}]:not([left.property.name=${OPEN}])`,
	'AssignmentExpression[left.object.property.name="prototype"]',
];

export default [
	{ ignores: ["complaint_qms/public/dist/**"] },
	js.configs.recommended,
	{
		files: ["complaint_qms/**/*.js"],
		linterOptions: { reportUnusedDisableDirectives: "error" },
		languageOptions: {
			ecmaVersion: 2022,
			sourceType: "module",
			globals: { ...globals.browser, ...Object.fromEntries(DESK.map((name) => [name, "readonly"])) },
		},
		rules: {
			eqeqeq: "error",
			"no-restricted-syntax": [
				"error",
				...REPLACED.map((selector) => ({
					selector,
					message: "A function of the desk is replaced: use what it offers, or name the reason beside it.",
				})),
			],
			"no-var": "error",
			"prefer-const": "error",
			"no-unused-vars": ["error", { args: "none", caughtErrors: "none" }],
		},
	},
];
