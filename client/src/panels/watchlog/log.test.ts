import { expect, it } from "vitest";

import { aReport, aRow } from "../../wire/builders";
import { hoursOf, receivedAt } from "./log";

it("goes by when the node received a report, not by what its writer's clock said", () => {
  const report = aReport({ entity: "e", filed: "2020-01-01T00:00:00Z" });
  expect(receivedAt(report, () => aRow({ received: 42 }))).toBe(42);
  expect(receivedAt(report, () => undefined)).toBe(Date.UTC(2020, 0, 1));
});

it("tells an import in one line, so that it does not drown the watch", () => {
  const at = Date.UTC(2026, 0, 1, 5);
  const imported = Array.from({ length: 300 }, (_, n) =>
    aReport({ id: `r${n}`, filed_by: "importer", filed: new Date(at + n).toISOString() }),
  );
  const byHand = aReport({ id: "h", filed_by: "duty", filed: new Date(at + 50).toISOString() });
  const [hour] = hoursOf([...imported, byHand], () => undefined);
  expect(hour?.n).toBe(301);
  expect(hour?.lines.map(({ report }) => report.id)).toEqual(["h"]);
  expect(hour?.bulks).toMatchObject([
    { n: 300, first: { report: { id: "r0" } }, last: { report: { id: "r299" } } },
  ]);
});

it("puts changes under their hour, in order, with what each one did", () => {
  const at = (minute: number, part = {}) =>
    aReport({
      id: `i${minute}`,
      filed: new Date(Date.UTC(2026, 0, 1, 5, minute)).toISOString(),
      ...part,
    });
  const hours = hoursOf(
    [at(61), at(59, { amends: ["x"] }), at(1, { withdrawn: true })],
    () => undefined,
  );
  expect(hours.map(({ lines }) => lines.map(({ report, what }) => `${report.id} ${what}`))).toEqual(
    [["i1 withdrawn", "i59 amended"], ["i61 filed"]],
  );
  expect(hours[0]?.start).toBe(Date.UTC(2026, 0, 1, 5));
});
