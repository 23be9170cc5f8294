/**
 * Notes, and whatever else has a place but no layer of its own.
 */
import { marks, plainSource } from "./marks";
import type { LayerModule } from "./types";

export const notes: LayerModule = {
  id: "notes",
  title: "layer.notes",
  kinds: [
    "note",
    "organisation",
    "source",
    "assessment",
    "acknowledgement",
    "attachment",
    "mapping",
  ],
  source: plainSource(),
  layers: (source, theme) => marks("notes", source, theme, { far: 0.7, labelsFrom: 9 }),
};
