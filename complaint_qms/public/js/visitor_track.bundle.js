// The page by which a complainant follows a complaint.
import { follow } from "./visitor/case";
import { open_link, token } from "./visitor/link";

open_link(document.getElementById("cv-track"), (found) => follow({ token }, found));
