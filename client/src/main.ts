/** Starts the page: the theme before the first paint, then who looks. */
import { mount } from "svelte";

import App from "./App.svelte";
import "./app.css";
import { guardHistory } from "./panels/signin/guard";
import { check, wake } from "./state";
import { apply, chosenTheme, printOnPaper, rememberTheme, themes } from "./theme";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");

apply(themes[chosenTheme()]);
printOnPaper(() => themes[chosenTheme()]);
// Signing out empties the browser's stores; the theme is no secret, and a white page at 3 a.m. hurts.
let shown = chosenTheme();
addEventListener("pagehide", () => {
  const name = document.documentElement.dataset["theme"];
  if (name !== undefined && name in themes) shown = name as typeof shown;
  rememberTheme(shown);
});

guardHistory();
addEventListener("online", wake);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") wake();
});

mount(App, { target });
void check();
