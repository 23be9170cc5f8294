/** The rows in the order of the list, and walking along them; keys and the list share it. */
import { selection, selectRow, Value, wishCamera, type Row } from "../../state";

export const listed = new Value<readonly Row[]>([]);

/** Chooses a row; the map moves only when the place is not in view. */
export function choose(row: Row): void {
  selectRow(row);
  if (row.lat === null || row.lon === null) return;
  const { lat, lon, accuracy_m } = row;
  wishCamera({ to: "point", lat, lon, accuracy_m, onlyIfOutside: true });
}

export function chooseAt(index: number): void {
  const rows = listed.get();
  const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
  if (row !== undefined) choose(row);
}

export function chooseBeside(by: 1 | -1): void {
  const key = selection.get()?.key;
  const index = listed.get().findIndex((row) => row.key === key);
  chooseAt(index < 0 ? 0 : index + by);
}
