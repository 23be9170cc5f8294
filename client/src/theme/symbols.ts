/**
 * What a symbol looks like, once for the map and once for lists.
 *
 * Shape is the kind. Fill is how well it is known: solid, or hollow with a
 * dashed edge. An outer ring is news. Too old is 60 % of the size and a small
 * clock. A line through it is withdrawn. Colour only repeats what shape says.
 *
 * Paths live in a box of 24 by 24.
 */
import type { Theme } from "./tokens";

export type Hue = "incident" | "presence" | "health" | "air" | "hazard" | "plain";

export interface SymbolShape {
  /** Closed outline: filled when known. */
  outline: string;
  /** Strokes inside, in the halo's colour on a solid symbol. */
  inner: string;
  hue: Hue;
}

const CIRCLE = "M12 3a9 9 0 1 0 .01 0z";
const OTHER: SymbolShape = { outline: "M12 5a7 7 0 1 0 .01 0z", inner: "", hue: "plain" };

export const shapes: Record<string, SymbolShape> = {
  incident: { outline: "M12 2.5 21.5 12 12 21.5 2.5 12z", inner: "", hue: "incident" },
  alert: { outline: "M12 2.5 22.5 21h-21z", inner: "M12 9.5v5M12 17.4v.8", hue: "incident" },
  "site-un": {
    outline: "M3.5 10.5h13v11h-13zM5 10.5V1.5h10.5l-2.5 3 2.5 3H6.5v3z",
    inner: "",
    hue: "presence",
  },
  "site-health": { outline: CIRCLE, inner: "M12 7v10M7 12h10", hue: "health" },
  "site-airfield": { outline: CIRCLE, inner: "M7 17 17 7M8.5 10l5.5 5.5", hue: "air" },
  "site-other": { outline: "M4 4h16v16H4z", inner: "", hue: "plain" },
  unit: { outline: "M2 6h20v12H2z", inner: "M6.5 12h11", hue: "presence" },
  movement: { outline: "M2.5 5H13l8.5 7L13 19H2.5l6-7z", inner: "", hue: "presence" },
  hazard: {
    outline: "M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z",
    inner: "M8.5 8.5l7 7M15.5 8.5l-7 7",
    hue: "hazard",
  },
  activity: { outline: "M12 2.5 21.8 9.700 18 21H6L2.2 9.700z", inner: "", hue: "health" },
  note: { outline: "M5 2.5h9.5L19 7v14.5H5z", inner: "M8.5 11h7M8.5 15h7", hue: "plain" },
  attachment: {
    outline: "M3.500 4.500h17v15h-17z",
    inner: "M6 16.500l4.500-5 3.500 3.500 2-2 2.500 3.500M16 9h.010",
    hue: "plain",
  },
  organisation: {
    outline: "M7 2.5h10L22 12l-5 9.5H7L2 12z",
    inner: "M12 9v6",
    hue: "plain",
  },
  casevac: {
    outline:
      "M12 1.500C16.500 8 19.500 11.500 19.500 15a7.500 7.500 0 0 1-15 0C4.500 11.500 7.500 8 12 1.500z",
    inner: "M8 15h2.500l1.500-3.500 1.500 6 1-2.500H16",
    hue: "incident",
  },
  patrol: { outline: "M12 2 21.500 21.500 12 16.500 2.500 21.500z", inner: "", hue: "presence" },
  notification: {
    outline: "M12 1.500 20.500 5v7c0 5-3.500 8-8.500 10.500C7 20 3.500 17 3.500 12V5z",
    inner: "M8 11.500l3 3 5-5.500",
    hue: "health",
  },
  acknowledgement: {
    outline: "M2.500 3.500h19v13h-9.500l-5 5v-5H2.500z",
    inner: "M8 9.500l3 3 5-5.500",
    hue: "plain",
  },
  assessment: {
    outline:
      "M12 1.500l3.200 7 7.300.800-5.500 5 1.600 7.500L12 18l-6.600 3.800L7 14.300l-5.500-5 7.300-.800z",
    inner: "",
    hue: "plain",
  },
  mapping: {
    outline: "M2.500 4.500h19v15h-19z",
    inner: "M2.500 9.500h19M9 9.500v10",
    hue: "plain",
  },
  readiness: {
    outline: "M2 5h20v14H2z",
    inner: "M7 15.500v-3M12 15.500v-7M17 15.500v-5",
    hue: "presence",
  },
  referral: {
    outline: "M12 1.500 20.500 6.500v11L12 22.500 3.500 17.500v-11z",
    inner: "M8 12h7.500M12.500 8.500l3.500 3.500-3.500 3.500",
    hue: "plain",
  },
  source: { outline: "M1.5 12Q12 1.5 22.5 12 12 22.5 1.5 12z", inner: "M12 11v2", hue: "plain" },
};

export function shapeNamed(name: string): SymbolShape {
  return shapes[name] ?? OTHER;
}

/** How a row is drawn. */
export interface Look {
  shape: string;
  known: boolean;
  fresh: boolean;
  old: boolean;
  struck: boolean;
}

/** One name for one picture: the map asks for images by it. */
export function imageName(look: Look): string {
  const marks = [look.known ? "k" : "c", look.fresh ? "n" : "", look.old ? "o" : ""].join("");
  return `${look.shape}/${marks}${look.struck ? "x" : ""}`;
}

export function lookNamed(name: string): Look {
  const [shape = "", marks = ""] = name.split("/");
  return {
    shape,
    known: marks.includes("k"),
    fresh: marks.includes("n"),
    old: marks.includes("o"),
    struck: marks.includes("x"),
  };
}

/** The edge of a hollow symbol, in pixels: finer on a small one, or it would be dots. */
export function edgeOf(look: Look): { width: number; dash: number[] } {
  return look.old ? { width: 1.4, dash: [2.6, 1.3] } : { width: 1.8, dash: [3.2, 1.8] };
}

/** Side of an image on the map, in CSS pixels; the symbol itself is 20 wide. */
export const IMAGE_SIZE = 36;
const SYMBOL_SIZE = 20;
export const OLD_SCALE = 0.6;

/** What drawing needs of a canvas; `newPath` makes a path of SVG path data. */
export interface Brush {
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
  newPath: (data: string) => Path2D;
}

/** Draws one symbol in the middle of a square of IMAGE_SIZE. */
export function drawSymbol(brush: Brush, look: Look, theme: Theme): void {
  const { context } = brush;
  const middle = IMAGE_SIZE / 2;
  const scale = (SYMBOL_SIZE / 24) * (look.old ? OLD_SCALE : 1);
  context.save();
  context.translate(middle, middle);
  context.lineJoin = "round";
  context.lineCap = "round";
  context.save();
  context.scale(scale, scale);
  context.translate(-12, -12);
  drawShape(brush, look, theme, scale);
  context.restore();
  if (look.fresh)
    circle(brush, 0, 0, look.old ? 10 : 14.5, theme, theme[shapeNamed(look.shape).hue]);
  if (look.old) drawClock(brush, theme);
  if (look.struck) drawStrike(brush, theme, look.old ? 8 : 12);
  context.restore();
}

function drawShape({ context, newPath }: Brush, look: Look, theme: Theme, scale: number): void {
  const shape = shapeNamed(look.shape);
  const colour = theme[shape.hue];
  const outline = newPath(shape.outline);
  context.strokeStyle = theme.map.halo;
  context.lineWidth = (look.known ? 3 : 5) / scale;
  context.stroke(outline);
  context.fillStyle = look.known ? colour : theme.map.halo;
  context.fill(outline);
  if (!look.known) {
    context.strokeStyle = colour;
    const { width, dash } = edgeOf(look);
    context.lineWidth = width / scale;
    context.setLineDash(dash.map((length) => length / scale));
    context.lineCap = "butt";
    context.stroke(outline);
    context.setLineDash([]);
  }
  if (shape.inner !== "") {
    context.strokeStyle = look.known ? theme.map.halo : colour;
    context.lineWidth = 2 / scale;
    context.stroke(newPath(shape.inner));
  }
}

function circle(
  { context }: Brush,
  x: number,
  y: number,
  radius: number,
  theme: Theme,
  colour: string,
): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = theme.map.halo;
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
}

function drawClock({ context }: Brush, theme: Theme): void {
  context.beginPath();
  context.arc(7, 6, 4, 0, 2 * Math.PI);
  context.fillStyle = theme.map.halo;
  context.fill();
  context.strokeStyle = theme.plain;
  context.lineWidth = 1.2;
  context.stroke();
  context.beginPath();
  context.moveTo(7, 3.8);
  context.lineTo(7, 6);
  context.lineTo(8.8, 6.8);
  context.stroke();
}

function drawStrike({ context }: Brush, theme: Theme, half: number): void {
  for (const [colour, width] of [
    [theme.map.halo, 4.5],
    [theme.ink, 2],
  ] as const) {
    context.beginPath();
    context.moveTo(-half, half);
    context.lineTo(half, -half);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}
