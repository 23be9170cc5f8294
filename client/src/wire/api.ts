/**
 * Fetch, typed. Every failure is a `Problem`: the node's own words where it
 * answered, ours where it did not.
 */
import type {
  AreaCollection,
  AreaCounts,
  KindCounts,
  BorderCollection,
  CameBack,
  Decision,
  Door,
  Draft,
  Entity,
  Filed,
  Found,
  KindPage,
  KindTitle,
  LayerInfo,
  MapInfo,
  Me,
  Outline,
  Preview,
  Release,
  Releases,
  Suggestions,
  UnderstoodPlace,
  UnderstoodTime,
  WaitingRelease,
} from "./types";

/** Longer than a slow link needs for one report, shorter than a person waits in doubt. */
const PATIENCE_MS = 20_000;
const UPLOAD_PATIENCE_MS = 600_000;
/** The node gives up on a file after as long. */
const FILE_PATIENCE_MS = 900_000;

/** What the node said was wrong, or that it could not be reached (`status` 0). */
export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly remedy: string | null = null,
    /** Which of a list of reports, from 0. */
    readonly index: number | null = null,
    /** Seconds to wait before it makes sense to try again. */
    readonly wait_s: number | null = null,
  ) {
    super(message);
  }

  /** True when nobody answered: the report may be sent again as it is. */
  get noLink(): boolean {
    return this.status === 0;
  }
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A problem document, or any other failed answer, as a `Problem`. */
export function problemOf(
  status: number,
  body: unknown,
  retryAfter: string | null = null,
): Problem {
  const given = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const seconds = Number(retryAfter ?? Number.NaN);
  return new Problem(
    status,
    text(given["code"]) ?? `http-${status}`,
    text(given["message"]) ?? text(given["detail"]) ?? `The node answered ${status}.`,
    text(given["field"]),
    text(given["remedy"]),
    typeof given["index"] === "number" ? given["index"] : null,
    Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : null,
  );
}

export type Query = Record<string, string | number | boolean | null | undefined>;

/** Path and query; what is null, undefined or empty is left out. */
export function address(path: string, query: Query = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") pairs.set(name, String(value));
  }
  const tail = pairs.toString();
  return tail === "" ? path : `${path}?${tail}`;
}

/** A wrong password is refused with the same status, and ends nothing. */
function endsSession({ status, code }: Problem, path: string): boolean {
  return status === 401 && !path.startsWith("/api/sign-in") && code !== "sign-in-failed";
}

export class Api {
  /** Called when the node no longer knows who asks. */
  onSignedOut: () => void = () => undefined;

  /** A moment, ISO: entities, searches and counts are asked for as the node knew them then; null: now. */
  asOf: () => string | null = () => null;

  /** In which the node shall say what is for people; left to the browser where it is empty. */
  language = "";

  constructor(private readonly fetcher: typeof fetch = (...args) => fetch(...args)) {}

  async ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const answer = await this.send(method, path, body, signal);
    return await this.answered<T>(answer, path);
  }

  private async answered<T>(answer: Response, path: string): Promise<T> {
    if (!answer.ok) {
      const given: unknown = await answer.json().catch(() => null);
      const problem = problemOf(answer.status, given, answer.headers.get("Retry-After"));
      if (endsSession(problem, path)) this.onSignedOut();
      throw problem;
    }
    if (answer.status === 204) return undefined as T;
    return (await answer.json()) as T;
  }

  private async send(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
    patience_ms = PATIENCE_MS,
  ): Promise<Response> {
    const patience = AbortSignal.timeout(patience_ms);
    const init: RequestInit = {
      method,
      // Nothing of a person's picture may stay in the disk cache.
      cache: "no-store",
      credentials: "same-origin",
      headers: {
        Accept: "application/json, application/problem+json",
        ...(this.language === "" ? {} : { "Accept-Language": this.language }),
      },
      signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
    };
    if (body instanceof Blob) {
      init.body = body;
      init.headers = { ...init.headers, "Content-Type": "application/octet-stream" };
    } else if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { ...init.headers, "Content-Type": "application/json" };
    }
    try {
      return await this.fetcher(path, init);
    } catch (fault) {
      if (signal?.aborted === true) throw fault;
      throw new Problem(0, "no-link", "The node did not answer.");
    }
  }

  /** Bytes as they are; a slow link may take its time over them. */
  async upload<T>(path: string, bytes: Blob): Promise<T> {
    const answer = await this.send("POST", path, bytes, undefined, UPLOAD_PATIENCE_MS);
    return await this.answered<T>(answer, path);
  }

  /**
   * The same, and how much of it is on its way, from 0 to 1. Only the old way of
   * asking tells that; a photo over a slow link takes minutes. `signal` ends it: the
   * node sees the connection close, and works no further on it.
   */
  uploadTold<T>(
    path: string,
    bytes: Blob,
    onprogress: (part: number) => void,
    signal?: AbortSignal,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const asked = new XMLHttpRequest();
      signal?.addEventListener("abort", () => {
        asked.abort();
      });
      asked.onabort = () => {
        reject(new DOMException("Stopped by whoever sends it.", "AbortError"));
      };
      asked.open("POST", path);
      asked.timeout = UPLOAD_PATIENCE_MS;
      asked.setRequestHeader("Accept", "application/json, application/problem+json");
      if (this.language !== "") asked.setRequestHeader("Accept-Language", this.language);
      asked.setRequestHeader("Content-Type", "application/octet-stream");
      asked.upload.onprogress = ({ loaded, total }) => {
        onprogress(total > 0 ? loaded / total : 0);
      };
      asked.onload = () => {
        const type = asked.getResponseHeader("Content-Type") ?? "application/json";
        const answer = new Response(asked.responseText, {
          status: asked.status,
          headers: { "Content-Type": type },
        });
        this.answered<T>(answer, path).then(resolve, reject);
      };
      asked.onerror = asked.ontimeout = () => {
        reject(new Problem(0, "no-link", "The node did not answer."));
      };
      asked.send(bytes);
    });
  }

  /** A file that the node makes: whole, or not at all; it may take minutes. */
  async wholeFile(path: string, signal: AbortSignal): Promise<{ name: string; bytes: Blob }> {
    const answer = await this.send("GET", path, undefined, signal, FILE_PATIENCE_MS);
    if (!answer.ok) await this.answered(answer, path);
    const told = answer.headers.get("Content-Disposition") ?? "";
    try {
      return { name: /filename="([^"]+)"/.exec(told)?.[1] ?? "", bytes: await answer.blob() };
    } catch (fault) {
      if (signal.aborted) throw fault;
      throw new Problem(0, "no-link", "The node did not answer.");
    }
  }

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.ask<T>("GET", address(path, query), undefined, signal);
  }

  signIn(user: string, password: string): Promise<Me> {
    return this.ask("POST", "/api/sign-in", { user, password });
  }
  door(): Promise<Door> {
    return this.get("/api/sign-in");
  }
  /** Begins a sign-in at a provider, or with a code to accept an invitation by it: where to go. */
  goTo(provider: string, code = ""): Promise<{ go: string }> {
    return this.ask("POST", "/api/sign-in/provider", { provider, code });
  }
  /** What the provider led back with. */
  cameBack(given: Record<string, string>): Promise<CameBack> {
    return this.ask("POST", "/api/sign-in/provider/back", given);
  }
  signOut(): Promise<void> {
    return this.ask("POST", "/api/sign-out");
  }
  me(): Promise<Me> {
    return this.get("/api/me");
  }
  startShift(): Promise<{ last_shift: string | null }> {
    return this.ask("POST", "/api/shift");
  }
  kinds(): Promise<KindTitle[]> {
    return this.get("/api/kinds");
  }
  kind(name: string): Promise<KindPage> {
    return this.get(`/api/kinds/${encodeURIComponent(name)}`);
  }
  file(draft: Draft): Promise<Filed> {
    return this.ask("POST", "/api/reports", draft);
  }
  /** What each audience would get of a draft, or of a report that is there. */
  preview(of: Draft, signal?: AbortSignal): Promise<Preview> {
    return this.ask("POST", "/api/preview", of, signal);
  }
  releases(report: string, signal?: AbortSignal): Promise<Releases> {
    return this.get(`/api/reports/${encodeURIComponent(report)}/releases`, {}, signal);
  }
  waiting(): Promise<WaitingRelease[]> {
    return this.get("/api/desk/releases");
  }
  decide(release: string, decision: Decision): Promise<Release> {
    return this.ask("POST", `/api/desk/releases/${encodeURIComponent(release)}`, decision);
  }
  entity(id: string, signal?: AbortSignal): Promise<Entity> {
    const path = `/api/entities/${encodeURIComponent(id)}`;
    return this.get(path, { as_of: this.asOf() }, signal);
  }
  search(query: Query, signal?: AbortSignal): Promise<Found> {
    return this.get("/api/search", { ...query, as_of: this.asOf() }, signal);
  }
  suggest(q: string, signal?: AbortSignal): Promise<Suggestions> {
    return this.get("/api/suggest", { q }, signal);
  }
  understandTime(text: string, signal?: AbortSignal): Promise<UnderstoodTime> {
    return this.get("/api/understand/time", { text }, signal);
  }
  understandPlace(text: string, signal?: AbortSignal): Promise<UnderstoodPlace> {
    return this.get("/api/understand/place", { text }, signal);
  }
  layers(): Promise<LayerInfo[]> {
    return this.get("/api/layers");
  }
  map(): Promise<MapInfo> {
    return this.get("/api/map");
  }

  /** Administrative areas of a level; a `Problem` where the mission has no such level. */
  async areas(level: number, basis = ""): Promise<Outline[]> {
    const found = await this.get<AreaCollection>(`/api/map/areas/${level}`, { basis });
    return found.features.map(({ properties, geometry }) => ({ ...properties, geometry }));
  }
  /** Lines between them, and which of them are not agreed. */
  borders(level: number, basis: string): Promise<BorderCollection> {
    return this.get(`/api/map/borders/${level}`, { basis });
  }
  countsByKind(): Promise<KindCounts> {
    return this.get("/api/counts", { group: "kind" });
  }

  countsByArea(
    level: number,
    basis: string,
    query: Query,
    signal?: AbortSignal,
  ): Promise<AreaCounts> {
    const asked = { ...query, group: "area", level, basis, as_of: this.asOf() };
    return this.get("/api/counts", asked, signal);
  }
}
