/** Where in the text of the rules something stands that the node names by its field. Pure. */

const HEAD = /^\s*\[\[\s*(\w+)\s*\]\]/;
const TABLE = /^\s*\[/;
/** Fields of the node: `rule 3.place`, `rules 3.place`, `agreement open-road.until`. */
const OF_TABLE = /^(rule|agreement|enforcement)s? (\S+?)(?:\.(\w+).*)?$/;
const SAID = /\(at line (\d+), column \d+\)/;

interface Table {
  name: string;
  /** From 0, of the heading. */
  from: number;
  /** The line after the last. */
  to: number;
}

function tablesOf(lines: readonly string[]): Table[] {
  const found: Table[] = [];
  lines.forEach((line, n) => {
    if (!TABLE.test(line)) return;
    const last = found.at(-1);
    if (last !== undefined) last.to = n;
    found.push({ name: HEAD.exec(line)?.[1] ?? "", from: n, to: lines.length });
  });
  return found;
}

/** A string value of a table, as it stands in the text. */
function valueIn(lines: readonly string[], table: Table, field: string): string | null {
  const line = fieldIn(lines, table.from, table.to, field);
  if (line === null) return null;
  const found = /=\s*(["'])(.*?)\1/.exec(lines[line] ?? "");
  return found?.[2] ?? null;
}

function fieldIn(lines: readonly string[], from: number, to: number, field: string): number | null {
  const wanted = new RegExp(`^\\s*"?${field.replace(/[^\w-]/g, "")}"?\\s*=`);
  for (let n = from; n < to; n += 1) if (wanted.test(lines[n] ?? "")) return n;
  return null;
}

/** The id that a rule has, or gets where it has none. */
function idOf(lines: readonly string[], table: Table): string {
  const given = valueIn(lines, table, "id");
  if (given !== null && given !== "") return given;
  const parts = ["data", "origin", "to"].map((field) => valueIn(lines, table, field) ?? "");
  return parts.join(":");
}

function tableNamed(lines: readonly string[], name: string, which: string): Table | undefined {
  const tables = tablesOf(lines).filter((table) => table.name === name);
  // A name that is a number is looked for as a name first: both can be.
  const named = tables.find((table) => idOf(lines, table) === which);
  return named ?? (/^\d+$/.test(which) ? tables[Number(which) - 1] : undefined);
}

/** The line, from 1, of a rule by its id; null where the text has none of that name. */
export function lineOfRule(toml: string, id: string): number | null {
  const lines = toml.split("\n");
  const found = tableNamed(lines, "rule", id);
  return found === undefined ? null : found.from + 1;
}

/** The line, from 1, that an error means: by what it says, else by the field that it names. */
export function lineOfFault(toml: string, field: string | null, message: string): number | null {
  const lines = toml.split("\n");
  const said = SAID.exec(message)?.[1];
  if (said !== undefined) return Math.min(Number(said), lines.length);
  if (message.includes("(at end of document)")) return lines.length;
  if (field === null) return null;
  const parts = OF_TABLE.exec(field);
  if (parts !== null) {
    const [, name = "", which = "", inner = ""] = parts;
    const table = tableNamed(lines, name, which);
    if (table === undefined) return null;
    return (fieldIn(lines, table.from, table.to, inner || "-") ?? table.from) + 1;
  }
  const plain = fieldIn(lines, 0, lines.length, field.split(".").at(-1) ?? "");
  if (plain !== null) return plain + 1;
  return lineOfRule(toml, field);
}

/** Where a line begins and ends in the text, from 0. */
export function spanOfLine(toml: string, line: number): [from: number, to: number] {
  const lines = toml.split("\n");
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return [from, from + (lines[line - 1]?.length ?? 0)];
}
