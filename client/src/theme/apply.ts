/** Hands a theme to the page, as custom properties; remembers the reader's choice. */
import { paper, themes, type Theme, type ThemeName } from "./tokens";

const PLACE = "eirene-theme";

function properties(theme: Theme): Record<string, string> {
  return {
    "--ground": theme.ground,
    "--panel": theme.panel,
    "--ink": theme.ink,
    "--ink2": theme.ink2,
    "--accent": theme.accent,
    "--on-accent": theme.onAccent,
    "--selected": theme.selected,
    "--line": theme.line,
    "--bad": theme.bad,
    "--banner": theme.banner.ground,
    "--banner-ink": theme.banner.ink,
    "--banner-outline": theme.banner.outline,
    "--map-land": theme.map.land,
    "--map-halo": theme.map.halo,
    "--incident": theme.incident,
    "--presence": theme.presence,
    "--health": theme.health,
    "--air": theme.air,
    "--hazard": theme.hazard,
    "--plain": theme.plain,
    "--cluster": theme.cluster,
  };
}

/** Set through the style object: the policy refuses style attributes in HTML, not this. */
export function apply(theme: Theme): void {
  const root = document.documentElement;
  for (const [name, value] of Object.entries(properties(theme))) {
    root.style.setProperty(name, value);
  }
  root.style.setProperty("color-scheme", theme.scheme);
  root.dataset["theme"] = theme.name;
}

function isName(value: string | null): value is ThemeName {
  return value !== null && value in themes;
}

/** The reader's own choice, else what the machine asks for. Never changes by itself in a shift. */
export function chosenTheme(): ThemeName {
  const held = localStorage.getItem(PLACE);
  if (isName(held)) return held;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function rememberTheme(name: ThemeName): void {
  localStorage.setItem(PLACE, name);
}

/**
 * Signing out empties the browser's stores. The theme is no secret, and a
 * white page at 3 a.m. hurts: it is put back as the page goes.
 */
export function keepTheme(): void {
  let held = localStorage.getItem(PLACE);
  addEventListener("pagehide", () => {
    const name = document.documentElement.dataset["theme"] ?? null;
    const now = localStorage.getItem(PLACE);
    if (now === null && held !== null && isName(name)) rememberTheme(name);
    held = now;
  });
}

/** Paper is white whatever the screen shows. */
export function printOnPaper(shown: () => Theme): void {
  addEventListener("beforeprint", () => {
    apply(paper);
  });
  addEventListener("afterprint", () => {
    apply(shown());
  });
}
