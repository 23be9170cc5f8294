import { describe, expect, it } from "vitest";

import type { Row } from "../../state";
import { domainOf, histogram, spanOf, stepped } from "./histogram";

function at(start: string | null, end: string | null = start): Row {
  const ms = (text: string | null) => (text === null ? null : Date.parse(text));
  return { start: ms(start), end: ms(end) } as Row;
}

const utc = (text: string) => Date.parse(text);

describe("bars", () => {
  const rows = [
    at("2021-01-05T10:00Z"),
    at("2021-01-31T00:00Z", "2021-02-01T00:00Z"),
    at("2021-03-01T00:00Z", "2021-04-01T00:00Z"),
    at("2021-01-20T00:00Z", "2021-02-10T00:00Z"),
    at(null),
  ];
  const domain = domainOf([...rows, at("2022-12-31T00:00Z")]);
  const drawn = histogram(rows, domain ?? { start: 0, end: 1 });

  it("count what is known to the month in its month", () => {
    expect(drawn.unit).toBe("month");
    expect(drawn.counts.slice(0, 3)).toEqual([2, 0, 1]);
  });

  it("leave out what spans two months and what has no time, and say how many", () => {
    expect(drawn.imprecise).toBe(1);
    expect(drawn.undated).toBe(1);
  });

  it("a month-only report is not a bar on the first day", () => {
    const days = histogram(rows, {
      start: utc("2021-01-01T00:00Z"),
      end: utc("2021-04-01T00:00Z"),
    });
    expect(days.unit).toBe("day");
    expect(days.counts[31 + 28]).toBe(0);
    expect(days.imprecise).toBe(2);
  });
});

it("nothing dated has no domain", () => {
  expect(domainOf([at(null)])).toBeNull();
});

describe("a typed date", () => {
  it("means all of the year, month or day that it names", () => {
    expect(spanOf("2021-02")).toEqual({
      start: utc("2021-02-01T00:00Z"),
      end: utc("2021-03-01T00:00Z"),
    });
    expect(spanOf(" 2021 ")?.end).toBe(utc("2022-01-01T00:00Z"));
    expect(spanOf("2021-12-31")?.end).toBe(utc("2022-01-01T00:00Z"));
  });

  it("is refused where there is no such day", () => {
    expect(spanOf("2021-02-30")).toBeNull();
    expect(spanOf("03/04/2021")).toBeNull();
    expect(spanOf("")).toBeNull();
  });
});

it("a step keeps whole months whole", () => {
  const february = spanOf("2021-02");
  expect(february && stepped(february, 1)).toEqual(spanOf("2021-03"));
  const week = { start: utc("2021-02-01T00:00Z"), end: utc("2021-02-08T00:00Z") };
  expect(stepped(week, -1).start).toBe(utc("2021-01-25T00:00Z"));
});
