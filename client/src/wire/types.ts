/**
 * The shapes that cross the wire, as the node's HTTP and stream pages give them.
 *
 * Times in rows are milliseconds since 1970, UTC; times in reports are ISO
 * strings. What is not known is `null` in a row and absent in a report, never 0.
 */

import type { LineString, MultiLineString, MultiPolygon, Polygon } from "geojson";

/** One line of the picture, as the live stream sends it. */
export interface Row {
  /** Unique, stable, and without meaning. */
  key: string;
  entity: string;
  /** The report that is current for this row. */
  id: string;
  kind: string;
  type: string | null;
  state: string | null;
  summary: string;
  compartment: string;
  organisation: string;
  source: string | null;
  start: number | null;
  end: number | null;
  precision: string | null;
  lat: number | null;
  lon: number | null;
  accuracy_m: number | null;
  place: string | null;
  pcode: string | null;
  grade: string | null;
  classification: string;
  tlp: string;
  killed: number | null;
  counts: Record<string, number> | null;
  filed: number | null;
  received: number | null;
  withdrawn: boolean;
  conflict: boolean;
  /** How exact a released version is; null: this is a report as it was filed. */
  coarse: Coarse | null;
  /** Field and code that a report without a summary is best called by. */
  what: readonly [field: string, code: string] | null;
  /** Who acts, of kinds that say so: the organisation of an activity. */
  actor: string | null;
}

/** How exact a released version is, in the words of the rules. */
export interface Coarse {
  /** `exact`, `admin-3`, `cell-10km`, `corridor`, `road-section` or `none`. */
  place: string;
  /** `minute`, `hour`, `6-hours`, `day`, `week`, `month` or `none`. */
  time: string;
  /** `exact`, `banded` - each count holds the least of its band - or `none`. */
  counts: string;
}

export interface Occurred {
  start: string;
  end: string;
  precision: string;
  text?: string;
  shown?: string;
}

export interface Link {
  role: string;
  report: string;
}

/** A field's value as JSON carries it. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A report as it is read: the envelope by name, the content of its kind beside it. */
export interface Report {
  id: string;
  entity: string;
  kind: string;
  compartment: string;
  marking: string;
  summary?: string;
  narrative?: string;
  organisation?: string;
  filed_by?: string;
  filed?: string;
  received?: string;
  entry?: string;
  occurred?: Occurred;
  observed?: string;
  latitude?: number;
  longitude?: number;
  accuracy_m?: number;
  mgrs?: string;
  place?: string;
  place_name?: string;
  pcode?: string;
  pcode_from?: string;
  source?: string;
  basis?: string;
  grade?: string;
  classification?: string;
  tlp?: string;
  purpose?: string;
  language?: string;
  state?: string;
  withdrawn?: boolean;
  conflict?: boolean;
  current?: boolean;
  amends?: string[];
  links?: Link[];
  coarse?: Coarse;
  [field: string]: unknown;
}

export interface LinkedReport {
  role: string;
  id: string;
  entity: string;
  kind: string;
  summary: string;
  filed: string;
  organisation: string;
  /** Of an attachment; else "". */
  file_type: string;
}

export interface Entity {
  entity: string;
  kind: string;
  /** More than one: people amended it without knowing of each other. */
  current: Report[];
  history: Report[];
  others: Report[];
  links: { out: LinkedReport[]; in: LinkedReport[] };
  may: { amend: boolean; withdraw: boolean };
  marking: string;
}

export interface KindTitle {
  kind: string;
  title: string;
}

export interface Code {
  code: string;
  label: string;
}

/** The part of JSON Schema that kinds use, with the node's own `x-` marks. */
export interface FieldSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: Json[];
  const?: Json;
  default?: Json;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minLength?: number;
  pattern?: string;
  items?: FieldSchema;
  properties?: Record<string, FieldSchema>;
  required?: string[];
  anyOf?: FieldSchema[];
  readOnly?: boolean;
  "x-form"?: string;
  "x-group"?: string;
  "x-sensitivity"?: string;
  "x-unit"?: string;
  "x-codes"?: Code[];
  "x-order"?: number;
}

export interface KindSchema extends FieldSchema {
  properties: Record<string, FieldSchema>;
}

export interface KindPage {
  kind: string;
  title: string;
  schema: KindSchema;
  example: Record<string, Json>;
  states?: string[];
  requires?: string[];
}

/** What is posted. */
export type Draft = Record<string, Json>;

export interface Filed {
  id: string;
  entity: string;
}

export interface Mission {
  name: string;
  title: string;
  /** West, south, east, north, in degrees. */
  bbox: [number, number, number, number];
  /** Time zone by its IANA name. */
  zone: string;
}

/** What a node says of itself before anybody signs in. */
export interface Door {
  node: string;
  realm: "live" | "exercise" | "replay";
  /** Identity providers at which one may sign in. */
  providers: ProviderName[];
}

export interface ProviderName {
  /** How it is named in addresses. */
  name: string;
  title: string;
}

/** What came of a sign-in at a provider. */
export interface CameBack {
  /** The provider's title, where my account was bound to my sign-in there; "": I signed in. */
  bound: string;
  me: Me;
}

export interface Me {
  user: string;
  title: string;
  role: string;
  organisation: string;
  compartments: string[];
  may_file: string[];
  node: string;
  realm: "live" | "exercise" | "replay";
  mission: Mission;
  last_shift: string | null;
  /** The node's clock cannot be trusted, in words. */
  clock_warning?: string | null;
  /** Audience through whose eyes this session looks, read only; null or absent: its own. */
  viewing?: string | null;
  /** Audiences towards which this account may decide releases. */
  may_decide?: string[];
  /** The mission's rules are shown to this account, which has a say in them. */
  sees_rules?: boolean;
}

export interface LayerInfo {
  id: string;
  kind: string;
  type?: string | null;
  source: string | null;
  title: string;
  licence?: string | null;
  /** Day, month or year of which the list is. */
  as_of?: string | null;
  /** What the list is called. */
  list?: string | null;
  /** As its licence wants it named. */
  attribution?: string | null;
  n: number;
  newest: string | null;
  received: string | null;
}

export interface BaseMap {
  id: string;
  title: string;
  url: string;
  attribution: string;
  /** Under which it may be shown, where that is known. */
  licence?: string;
  as_of: string | null;
  order: number;
  /** Of a map that the mission brought itself; those that ship with Eirene say none of it. */
  own?: boolean;
  /** When it was brought, UTC. */
  added?: string;
  tiles?: "vector" | "raster";
  tile_size?: number;
  layers?: readonly string[];
  bbox?: readonly [number, number, number, number];
  min_zoom?: number;
  max_zoom?: number;
}

/** An administrative area, to be drawn. */
export interface Outline {
  pcode: string;
  name: string;
  /** Longitude and latitude of a point inside of it. */
  at: readonly [number, number];
  geometry: Polygon | MultiPolygon;
}

export interface AreaCollection {
  features: {
    properties: Omit<Outline, "geometry">;
    geometry: Outline["geometry"];
  }[];
}

export interface MapInfo {
  bbox: [number, number, number, number];
  maps: BaseMap[];
  /** Administrative levels whose areas can be asked for. */
  levels: number[];
  /** Versions of the administrative divisions; by the first one reports are kept. */
  bases: Division[];
}

/** One version of how the country is divided, by whose areas can be counted. */
export interface Division {
  id: string;
  title: string;
  /** First and last day, ISO 8601; null: not known since when, or still. */
  valid_from: string | null;
  valid_to: string | null;
  source: string | null;
  licence: string | null;
  attribution: string | null;
  /** How it was derived, where it was. */
  note: string | null;
  levels: number[];
}

export interface BorderCollection {
  features: { properties: { disputed: 0 | 1 }; geometry: LineString | MultiLineString }[];
}

/** How far counts by area can be relied on, of what this reader sees. */
export interface Coverage {
  by_point: number;
  by_area: number;
  without_place: number;
  outside: number;
  too_coarse: number;
  undated: number;
  start: string | null;
  end: string | null;
  sources: number;
  organisations: number;
}

export interface KindCounts {
  total: number;
  groups: { kind: string; n: number }[];
  marking: string;
}

export interface AreaCounts {
  total: number;
  groups: { area: string | null; n: number }[];
  coverage: Coverage;
  marking: string;
}

export interface Found {
  total: number;
  /** `at-least`: more match; `total` and `without_point` are lower bounds. */
  total_is: "exact" | "at-least";
  without_point: number;
  reports: Report[];
  next: string | null;
  marking: string;
}

export interface PlaceSuggestion {
  name: string;
  pcode: string | null;
  latitude: number | null;
  longitude: number | null;
  accuracy_m?: number | null;
  /** Whose list has it. */
  source: string | null;
  /** Of a site. */
  type?: string;
  /** The area or place around it. */
  around?: string | null;
  other_names?: string[];
  /** The one version of the divisions that has its P-code. */
  valid?: string | null;
  /** Of the mission's own lists: what to write so that it is this one and no other. */
  write?: string;
  /** Of what reports say. */
  marking?: string;
  /** Day, month or year that a site is told of; null: nobody says. */
  as_of?: string | null;
  licence?: string | null;
}

export interface Suggestions {
  places: PlaceSuggestion[];
  words: string[];
}

export interface UnderstoodTime {
  start: string;
  end: string;
  precision: string;
  shown: string;
  local: string;
}

export interface UnderstoodPlace {
  latitude: number | null;
  longitude: number | null;
  accuracy_m: number | null;
  mgrs: string | null;
  name: string | null;
  pcode: string | null;
  /** The one version of the divisions that has its P-code. */
  valid?: string | null;
  shown: string;
}

export type Cursor = Uint8Array;

export interface Hello {
  user: string;
  node: string;
  realm: string;
  now: number;
  marking: string;
}

/** What one audience would get of a report, before anybody sends it. */
export interface Foreseen {
  compartment: string;
  /** `automatic`, `one-person`, `two-people`, `source-threshold`, `waits-delay` or `nothing`. */
  outcome: string;
  mode: string;
  due: string | null;
  /** Why, with its rule; null for who may not ask. */
  sentence: string | null;
  /** Exactly what it would read. A version that is not filed has neither id nor entity. */
  version: Report | null;
  /** Fields that the report has and the version has not. */
  removed: string[];
}

export interface Preview {
  marking: string;
  audiences: Foreseen[];
}

/** One thing that happened to a release; without an account the rule alone did it. */
export interface ReleaseStep {
  act: string;
  account: string;
  at: string;
  reason: string;
}

/** Who read a version, and by which sign-in or token. */
export interface Fetched {
  account: string;
  by: string;
  first: string;
  last: string;
  times: number;
}

/** One report towards one audience, as the ledger has it. */
export interface Release {
  id: string;
  compartment: string;
  state: string;
  mode: string;
  rule: string;
  due: string | null;
  until: string | null;
  since: string | null;
  version: Report | null;
  removed: string[];
  decided: ReleaseStep[];
  may_decide: boolean;
  /** Asked for, or given, past *never* by two people. */
  glass?: boolean;
  fetched?: Fetched[];
}

/** Who has what of a report. */
export interface Releases {
  releases: Release[];
  /** To whom I may ask to give it past *never*, with a second person. */
  glass_for?: string[];
}

/** Break-glass that waits for a second person. */
export interface AskedGlass {
  id: string;
  compartment: string;
  by: string;
  /** I have asked myself. */
  mine: boolean;
  since: string | null;
  until: string;
  reason: string;
  report: Report;
}

/** A release that waits for my decision. */
export interface WaitingRelease {
  id: string;
  compartment: string;
  state: string;
  mode: string;
  outcome: string;
  rule: string;
  sentence: string;
  since: string | null;
  report: Report;
  /** What would be made now; null: the rules give nothing any more. */
  version: Report | null;
  removed: string[];
  /** What somebody who agreed wrote for this audience; it stands in `version`. */
  words?: string;
  /** Attachments that may go with it, as pictures without what the files tell. */
  pictures: { id: string; summary: string }[];
  /** Ids of those that somebody who agreed chose. */
  chosen: string[];
  /** What the audience has now. */
  before: Report | null;
  decided: ReleaseStep[];
}

export interface Decision {
  act: "approve" | "refuse" | "recall" | "edit";
  text?: string;
  until?: string;
  reason?: string;
  /** Id of the report that was shown: an approval counts for no other. */
  report?: string;
  /** Words that were shown: an approval counts for no others. */
  words?: string;
  /** Attachments that go with it, as pictures without what the files tell. */
  pictures?: string[];
  /** Those that were shown as chosen: an approval counts for no others. */
  chosen?: string[];
}
