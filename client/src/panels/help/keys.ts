/** Every single key, as the help shows it. Whoever handles keys reads `keysOn` first. */
import type { Key } from "../../strings";

export const KEYS: readonly (readonly [keys: readonly string[], what: Key])[] = [
  [["/"], "keys.search"],
  [["g"], "keys.go"],
  [["n"], "keys.new"],
  [["b"], "keys.bring"],
  [["d"], "keys.desk"],
  [["j", "k"], "keys.rows"],
  [["Enter"], "keys.open"],
  [["Esc"], "keys.close"],
  [["l"], "keys.layers"],
  [["t"], "keys.time"],
  [["[", "]"], "keys.step"],
  [["Space"], "keys.play"],
  [["1", "…", "9"], "keys.layer"],
  [["u"], "keys.people"],
  [["r"], "keys.rules"],
  [["?"], "keys.help"],
];

/** True where a letter is text: no single key acts there. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input, textarea, select, [role=combobox]");
}
