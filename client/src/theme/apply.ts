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

/** Paper is white whatever the screen shows. */
export function printOnPaper(shown: () => Theme): void {
  addEventListener("beforeprint", () => {
    apply(paper);
  });
  addEventListener("afterprint", () => {
    apply(shown());
  });
}
