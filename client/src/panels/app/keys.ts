/**
 * Single keys. None acts inside a field, none with a modifier, and all of them
 * can be switched off (WCAG 2.1.4); Esc stays, it only closes.
 */
import {
  choice,
  closePanel,
  filter,
  keysOn,
  layers,
  openDesk,
  openForm,
  openPanel,
  panel,
  pick,
  selectNothing,
  session,
  setLayer,
  waiting,
} from "../../state";
import { isTyping } from "../help/keys";
import { chooseBeside } from "../table/list";
import { pause, step, togglePlay } from "../timebar/play";

/** What only the frame can do: bring a part of it forward and give it the keyboard. */
export interface FrameKeys {
  openDetail: () => void;
  toLayers: () => void;
  toTime: () => void;
}

const WHOLE = new Set<string | null>(["desk", "rules", "bring", "maps"]);

function escape(): boolean {
  if (pick.get() !== null) pick.get()?.answer(null);
  else if (choice.get() !== null) choice.set(null);
  else if (panel.get() !== null) closePanel();
  else selectNothing();
  return true;
}

function toggleLayer(place: number): boolean {
  const layer = layers.get()[place - 1];
  if (layer === undefined) return false;
  setLayer(layer.id, filter.get().off.has(layer.id));
  return true;
}

function mayFile(): boolean {
  const held = session.get();
  return held.state === "in" && held.me.may_file.length > 0;
}

function mayDecide(): boolean {
  const held = session.get();
  const may = held.state === "in" ? (held.me.may_decide?.length ?? 0) : 0;
  return may > 0 || (waiting.get()?.length ?? 0) > 0;
}

function seesRules(): boolean {
  const held = session.get();
  return held.state === "in" && held.me.sees_rules === true;
}

function actions(frame: FrameKeys): Record<string, () => void> {
  return {
    "/": () => {
      openPanel("search");
    },
    g: () => {
      openPanel("search");
    },
    n: () => {
      if (mayFile()) openForm();
    },
    b: () => {
      if (mayFile()) openPanel("bring");
    },
    j: () => {
      chooseBeside(1);
    },
    k: () => {
      chooseBeside(-1);
    },
    d: () => {
      if (mayDecide()) openDesk();
    },
    Enter: frame.openDetail,
    l: frame.toLayers,
    t: frame.toTime,
    "[": () => {
      pause();
      step(-1);
    },
    "]": () => {
      pause();
      step(1);
    },
    " ": togglePlay,
    u: () => {
      openPanel("people");
    },
    r: () => {
      if (seesRules()) openPanel("rules");
    },
    "?": () => {
      openPanel("help");
    },
  };
}

export function listenKeys(frame: FrameKeys): () => void {
  const known = actions(frame);
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (session.get().state !== "in") return;
    if (event.key === "Escape") {
      if (escape()) event.preventDefault();
      return;
    }
    const at = event.target instanceof HTMLElement ? event.target : document.body;
    const isBox = at.matches("input[type=checkbox], input[type=radio]");
    if (!keysOn.get() || (isTyping(at) && !isBox)) return;
    // A focused button or box takes Space and Enter for itself.
    const onControl = isBox || at.matches("button, a, summary");
    if (onControl && (event.key === " " || event.key === "Enter")) return;
    // What takes the whole page covers what these would act on, and has keys of its own.
    if (WHOLE.has(panel.get()) && event.key !== "?") return;
    const act = known[event.key];
    if (act !== undefined) act();
    else if (!/^[1-9]$/.test(event.key) || !toggleLayer(Number(event.key))) return;
    event.preventDefault();
  };
  addEventListener("keydown", listen);
  return () => {
    removeEventListener("keydown", listen);
  };
}
