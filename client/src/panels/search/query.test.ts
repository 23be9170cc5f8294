import { expect, it } from "vitest";

import { looksLikePlace } from "./query";

it.each([
  "4.36 18.55",
  "4.36 N, 18.55 E",
  "-4,36 18,55",
  "34N BK 3183",
  "34NBK31838310",
  "CF11",
  "4°21'40\"N 18°33'18\"E",
])("%s is a place to go to", (text) => {
  expect(looksLikePlace(text)).toBe(true);
});

it.each(["market", "Bria", "2025-03-10", "3 killed", "AC", "Berberati 12"])(
  "%s is words",
  (text) => {
    expect(looksLikePlace(text)).toBe(false);
  },
);
