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

export default [
	{ ignores: ["complaint_qms/public/dist/**"] },
	js.configs.recommended,
	{
		files: ["complaint_qms/**/*.js"],
		languageOptions: {
			ecmaVersion: 2022,
			sourceType: "module",
			globals: { ...globals.browser, ...Object.fromEntries(DESK.map((name) => [name, "readonly"])) },
		},
		rules: {
			eqeqeq: "error",
			"no-var": "error",
			"prefer-const": "error",
			"no-unused-vars": ["error", { args: "none", caughtErrors: "none" }],
		},
	},
];
