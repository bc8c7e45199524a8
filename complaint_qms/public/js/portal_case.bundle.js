// A complaint of the customer who is logged in.
import { follow } from "./visitor/case";
import { page } from "./visitor/page";

follow({ complaint: page.complaint }, page.told);
