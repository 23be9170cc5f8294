/** Scale bar and grid reference, no finer than the screen can show. Pure. */
import { forward } from "mgrs";

import type { Pointer } from "../../state";

/** The longest round distance that fits into `most` pixels. */
export function scaleFor(pixel_m: number, most: number): { px: number; words: string } {
  const room = pixel_m * most;
  const power = 10 ** Math.floor(Math.log10(room));
  const metres = [5, 2, 1].map((n) => n * power).find((n) => n <= room) ?? power;
  const words = metres >= 1_000 ? `${metres / 1_000} km` : `${metres} m`;
  return { px: Math.round(metres / pixel_m), words };
}

/** MGRS with as many digits as a pixel bears; null near the poles, where it does not reach. */
export function gridOf({ lat, lon, pixel_m }: Pointer): string | null {
  if (lat < -80 || lat > 84) return null;
  const digits = Math.max(0, Math.min(5, 5 - Math.ceil(Math.log10(Math.max(1, pixel_m)))));
  const east = ((((lon + 180) % 360) + 360) % 360) - 180;
  const whole = forward([east, lat], digits);
  const [, zone = "", square = "", numbers = ""] =
    /^(\d{1,2}[A-Z])([A-Z]{2})(\d*)$/.exec(whole) ?? [];
  const half = numbers.length / 2;
  return [zone, square, numbers.slice(0, half), numbers.slice(half)].join(" ").trim();
}
