import { describe, expect, it } from "vitest";

import { contrast } from "./contrast";
import { paper, themes, type Theme } from "./tokens";

const ALL: Theme[] = [...Object.values(themes), paper];

/** What must be read as text: 4.5 to 1 (WCAG 1.4.3). */
function texts(theme: Theme): [string, string, string][] {
  return [
    ["ink on panel", theme.ink, theme.panel],
    ["ink on ground", theme.ink, theme.ground],
    ["ink on the selected row", theme.ink, theme.selected],
    ["second ink on panel", theme.ink2, theme.panel],
    ["second ink on ground", theme.ink2, theme.ground],
    ["accent on panel", theme.accent, theme.panel],
    ["text on a filled accent", theme.onAccent, theme.accent],
    ["banner", theme.banner.ink, theme.banner.ground],
    ["fault on panel", theme.bad, theme.panel],
    ["map label on its halo", theme.map.label, theme.map.halo],
    ["number on a cluster", theme.panel, theme.cluster],
    ["map label on land", theme.map.label, theme.map.land],
  ];
}

/** What must be seen as a shape: 3 to 1 (WCAG 1.4.11); we ask for more on land. */
function shapes(theme: Theme): [string, string, string][] {
  const grounds = [theme.map.land, theme.map.outside, theme.map.water, theme.panel];
  const marks = {
    incident: theme.incident,
    presence: theme.presence,
    health: theme.health,
    air: theme.air,
    hazard: theme.hazard,
    plain: theme.plain,
    ring: theme.accent,
    cluster: theme.cluster,
  };
  return Object.entries(marks).flatMap(([name, colour]) =>
    grounds.map((ground): [string, string, string] => [`${name} on ${ground}`, colour, ground]),
  );
}

describe.each(ALL)("theme $name on $ground", (theme) => {
  it.each(texts(theme))("%s reads as text", (_, one, other) => {
    expect(contrast(one, other)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(shapes(theme))("%s is seen as a shape", (_, one, other) => {
    expect(contrast(one, other)).toBeGreaterThanOrEqual(3);
  });

  it("draws symbols at 5 to 1 or more on the mission's land", () => {
    for (const mark of [theme.incident, theme.presence, theme.health, theme.air]) {
      expect(contrast(mark, theme.map.land)).toBeGreaterThanOrEqual(5);
    }
  });
});

it("knows the ends of the scale", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#777777")).toBe(1);
});
