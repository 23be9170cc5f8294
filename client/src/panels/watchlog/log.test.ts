import { expect, it } from "vitest";

import { aReport, aRow } from "../../wire/builders";
import { hoursOf, receivedAt } from "./log";

it("goes by when the node received a report, not by what its writer's clock said", () => {
  const report = aReport({ entity: "e", filed: "2020-01-01T00:00:00Z" });
  expect(receivedAt(report, () => aRow({ received: 42 }))).toBe(42);
  expect(receivedAt(report, () => undefined)).toBe(Date.UTC(2020, 0, 1));
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
