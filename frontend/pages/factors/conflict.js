// A conflict: what somebody else, or another tab, has saved meanwhile cannot be recorded together
// with what this page has. Nothing is carried out, and nobody leaves, until it is chosen.

import { stay } from "./leaving.js";
import { announce, element } from "./page.js";

export function askToChooseFirst() {
  stay();
  const conflict = element("conflict");
  conflict.focus();
  conflict.scrollIntoView({ block: "nearest" });
  announce("Not done: say first what to record, and save these choices.");
}
