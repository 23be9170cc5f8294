/**
 * The three themes, each one table of colours with fixed meanings.
 *
 * Pure values: panels get them as custom properties, the map as arguments.
 * A test computes every contrast again.
 */

export type ThemeName = "light" | "dark" | "night";

export interface Theme {
  name: ThemeName;
  /** What the browser draws by itself: scroll bars, check boxes. */
  scheme: "light" | "dark";
  ground: string;
  panel: string;
  ink: string;
  ink2: string;
  accent: string;
  /** Ink on a filled accent. */
  onAccent: string;
  selected: string;
  /** Decoration only: nothing may depend on seeing it. */
  line: string;
  /** Faults and lost links; never alone, always beside a word. */
  bad: string;
  banner: { ground: string; ink: string; outline: string };
  map: {
    land: string;
    outside: string;
    water: string;
    river: string;
    border: string;
    inner: string;
    road: string;
    label: string;
    halo: string;
  };
  /** By hue group; shape says the kind, so that hue may be lost. */
  incident: string;
  presence: string;
  health: string;
  air: string;
  hazard: string;
  plain: string;
  /** Disc of a cluster: ink, and at night no brighter than needed. */
  cluster: string;
}

const light: Theme = {
  name: "light",
  scheme: "light",
  ground: "#f4f6f8",
  panel: "#ffffff",
  ink: "#16202b",
  ink2: "#52606d",
  accent: "#0b5cab",
  onAccent: "#ffffff",
  selected: "#dcebfa",
  line: "#cbd3da",
  bad: "#a3261b",
  banner: { ground: "#5b3a8c", ink: "#ffffff", outline: "#5b3a8c" },
  map: {
    land: "#eceae2",
    outside: "#dddcd6",
    water: "#b9d4e6",
    river: "#7fadcb",
    border: "#4d5660",
    inner: "#9a9b95",
    road: "#b9a98a",
    label: "#3c4650",
    halo: "#f7f6f1",
  },
  incident: "#a3261b",
  presence: "#0b5cab",
  health: "#1b6e3c",
  air: "#5b3a8c",
  hazard: "#7a4a00",
  plain: "#3c4650",
  cluster: "#16202b",
};

const dark: Theme = {
  name: "dark",
  scheme: "dark",
  ground: "#10161d",
  panel: "#18212b",
  ink: "#e6ebf0",
  ink2: "#a3b1be",
  accent: "#7db8f5",
  onAccent: "#10161d",
  selected: "#1f3a55",
  line: "#344352",
  bad: "#ff9d8a",
  banner: { ground: "#c9a8f5", ink: "#10161d", outline: "#c9a8f5" },
  map: {
    land: "#202a33",
    outside: "#19222a",
    water: "#12304a",
    river: "#2f5f86",
    border: "#93a1ae",
    inner: "#4a5967",
    road: "#5c5545",
    label: "#b9c4ce",
    halo: "#161e26",
  },
  incident: "#ff9d8a",
  presence: "#7db8f5",
  health: "#7fd3a0",
  air: "#c9a8f5",
  hazard: "#e6b85c",
  plain: "#c3ccd5",
  cluster: "#e6ebf0",
};

/** One hue and little light: kind and state must be read from shape alone. */
const night: Theme = {
  name: "night",
  scheme: "dark",
  ground: "#0a0403",
  panel: "#120706",
  ink: "#d98a6a",
  ink2: "#b0694f",
  accent: "#f0a07a",
  onAccent: "#0a0403",
  selected: "#35150d",
  line: "#3d1a12",
  bad: "#f0a07a",
  // A filled banner would be the brightest thing in the room.
  banner: { ground: "#0a0403", ink: "#d98a6a", outline: "#d98a6a" },
  map: {
    land: "#150908",
    outside: "#0e0605",
    water: "#1a0f12",
    river: "#3b211d",
    border: "#7d4633",
    inner: "#3d1f17",
    road: "#4a2a1c",
    label: "#b0694f",
    halo: "#0e0605",
  },
  incident: "#f0a07a",
  presence: "#e0926f",
  health: "#d98a6a",
  air: "#e0926f",
  hazard: "#f0a07a",
  plain: "#d98a6a",
  cluster: "#b0694f",
};

export const themes: Record<ThemeName, Theme> = { light, dark, night };

/** Paper has its own ground and no night. */
export const paper: Theme = { ...light, ground: "#ffffff" };
