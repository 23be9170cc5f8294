import { describe, expect, it } from "vitest";

import { address, Api, Problem, problemOf } from "./api";

function answering(status: number, body: unknown, headers: Record<string, string> = {}): Api {
  return new Api(() =>
    Promise.resolve(new Response(body === null ? null : JSON.stringify(body), { status, headers })),
  );
}

describe("a problem", () => {
  it("keeps the node's code, field, message and remedy", () => {
    const problem = problemOf(422, {
      status: 422,
      code: "invalid-report",
      field: "occurred",
      message: "That is no time.",
      remedy: "Write 1430.",
      index: 2,
    });
    expect(problem).toMatchObject({
      status: 422,
      code: "invalid-report",
      field: "occurred",
      message: "That is no time.",
      remedy: "Write 1430.",
      index: 2,
      wait_s: null,
    });
  });

  it("says something where a proxy answered with its own page", () => {
    expect(problemOf(502, null)).toMatchObject({ code: "http-502", field: null, remedy: null });
    expect(problemOf(502, "<html>").message).toContain("502");
  });

  it("reads how long to wait, whole seconds up", () => {
    expect(problemOf(429, {}, "7.2").wait_s).toBe(8);
    expect(problemOf(429, {}, "soon").wait_s).toBeNull();
  });
});

describe("asking the node", () => {
  it("makes one Problem of a refusal", async () => {
    const api = answering(429, { code: "throttled", message: "Wait." }, { "Retry-After": "30" });
    await expect(api.signIn("a", "b")).rejects.toMatchObject({ code: "throttled", wait_s: 30 });
  });

  it("tells silence from refusal", async () => {
    const api = new Api(() => Promise.reject(new TypeError("fetch failed")));
    const fault: unknown = await api.me().catch((caught: unknown) => caught);
    expect(fault).toBeInstanceOf(Problem);
    expect((fault as Problem).noLink).toBe(true);
  });

  it("announces an ended session, but not a wrong password", async () => {
    const api = answering(401, { code: "not-signed-in", message: "Sign in." });
    let ended = 0;
    api.onSignedOut = () => (ended += 1);
    await api.signIn("a", "b").catch(() => undefined);
    expect(ended).toBe(0);
    await api.me().catch(() => undefined);
    expect(ended).toBe(1);
  });

  it("does not end a session for a wrong old password", async () => {
    const api = answering(401, { code: "sign-in-failed", message: "Not right." });
    let ended = 0;
    api.onSignedOut = () => (ended += 1);
    await api.ask("POST", "/api/password", {}).catch(() => undefined);
    expect(ended).toBe(0);
  });

  it("takes an answer without a body", async () => {
    await expect(answering(204, null).signOut()).resolves.toBeUndefined();
  });
});

it("leaves out of an address what is not known", () => {
  expect(address("/api/search", { q: "a b", limit: 5, cursor: null, kind: "" })).toBe(
    "/api/search?q=a+b&limit=5",
  );
  expect(address("/api/me")).toBe("/api/me");
});
