/**
 * Times, places and counts as text. Operational times are always Zulu, 24 h,
 * Gregorian, with Latin digits, in every language.
 */

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** `2026-11-25` of a moment, UTC. */
export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** `14:30Z`, or with seconds `14:30:11Z`. */
export function clock(ms: number, seconds = false): string {
  return `${new Date(ms).toISOString().slice(11, seconds ? 19 : 16)}Z`;
}

/** `2026-11-25 14:30Z`. */
export function zulu(ms: number): string {
  return `${day(ms)} ${clock(ms)}`;
}

/** Date-time group: `251430ZNOV26`. */
export function dtg(ms: number): string {
  const at = new Date(ms);
  const date = `${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}`;
  return `${date}Z${MONTHS[at.getUTCMonth()] ?? ""}${two(at.getUTCFullYear() % 100)}`;
}

const zones = new Map<string, Intl.DateTimeFormat>();

function zoned(zone: string): Intl.DateTimeFormat {
  let format = zones.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      numberingSystem: "latn",
      calendar: "gregory",
    });
    zones.set(zone, format);
  }
  return format;
}

/** `2026-11-25 15:30` in the mission's zone. The word "local" is the caller's. */
export function local(ms: number, zone: string): string {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of zoned(zone).formatToParts(ms)) part[type] = value;
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`;
}

const DAY_MS = 86_400_000;

/**
 * When something happened, no finer than it is known. `precision` is the
 * node's word; `end` is exclusive, so a day ends where the next one starts.
 */
export function when(start: number | null, end: number | null, precision: string | null): string {
  if (start === null) return "";
  const last = Math.max(start, (end ?? start) - 1);
  switch (precision) {
    case "year":
      return day(start).slice(0, 4);
    case "month":
      return day(start).slice(0, 7);
    case "day":
      return day(start);
    case "second":
      return `${day(start)} ${clock(start, true)}`;
    case "minute":
      return zulu(start);
    case "hour":
      return `${day(start)} ${clock(start).slice(0, 2)}hZ`;
    case "night":
      return `${day(start)}/${day(last).slice(8)}`;
    default:
      return span(start, last, end ?? start);
  }
}

function span(start: number, last: number, end: number): string {
  if (start % DAY_MS === 0 && end % DAY_MS === 0) {
    return day(start) === day(last) ? day(start) : `${day(start)} - ${day(last)}`;
  }
  if (end - start <= 60_000) return zulu(start);
  return day(start) === day(end)
    ? `${zulu(start).slice(0, -1)}-${clock(end)}`
    : `${zulu(start)} - ${zulu(end)}`;
}

/** `4.3612 N, 18.5550 E`, with no more decimals than the accuracy bears. */
export function latLon(lat: number, lon: number, accuracy_m: number | null = null): string {
  // A hundred-thousandth of a degree is about a metre; one step is then no wider than the radius.
  const bears = Math.ceil(5 - Math.log10(Math.max(1, accuracy_m ?? 10)));
  const places = Math.max(0, Math.min(5, bears));
  const ns = lat < 0 ? "S" : "N";
  const ew = lon < 0 ? "W" : "E";
  return `${Math.abs(lat).toFixed(places)} ${ns}, ${Math.abs(lon).toFixed(places)} ${ew}`;
}

/** `300 m`, `4 km`, `25 km`: a radius, rounded up so that it never promises too much. */
export function radius(metres: number): string {
  if (metres < 1_000) return `${Math.ceil(metres)} m`;
  const km = metres / 1_000;
  return km < 10 ? `${Math.ceil(km * 10) / 10} km` : `${Math.ceil(km)} km`;
}

export type AgeUnit = "minute" | "hour" | "day" | "month" | "year";

/** How long ago, in the one unit that reads best. */
export function age(ms: number, nowMs: number): { n: number; unit: AgeUnit } {
  const minutes = Math.max(0, Math.floor((nowMs - ms) / 60_000));
  if (minutes < 60) return { n: minutes, unit: "minute" };
  if (minutes < 48 * 60) return { n: Math.floor(minutes / 60), unit: "hour" };
  const days = Math.floor(minutes / 1_440);
  if (days < 60) return { n: days, unit: "day" };
  if (days < 730) return { n: Math.floor(days / 30.44), unit: "month" };
  return { n: Math.floor(days / 365.25), unit: "year" };
}

/** A marking as the node writes it: `mission · UNCLASSIFIED · TLP:GREEN`. */
export function markingText(compartment: string, classification: string, tlp: string): string {
  return `${compartment} · ${classification.toUpperCase()} · ${tlpText(tlp)}`;
}

export function tlpText(tlp: string): string {
  return tlp.startsWith("TLP:") ? tlp : `TLP:${tlp}`;
}
