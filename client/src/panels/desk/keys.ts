/** The desk's own keys: each with what it does, so that the desk and the help show the same. */
import type { Key } from "../../strings";

export const DESK_KEYS: readonly (readonly [key: string, what: Key])[] = [
  ["a", "desk.approve"],
  ["r", "desk.refuse"],
  ["e", "desk.edit"],
  ["u", "desk.until"],
  ["j", "desk.next"],
  ["k", "desk.previous"],
  ["c", "ledger.recall"],
  ["x", "desk.mark"],
  ["z", "desk.stop"],
  ["Esc", "panel.close"],
];
