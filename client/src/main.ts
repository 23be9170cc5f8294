/** Starts the page: the theme before the first paint, then who looks. */
import { mount } from "svelte";

import App from "./App.svelte";
import "./app.css";
import { guardHistory } from "./panels/signin/guard";
import { ledBack } from "./panels/signin/led";
import { arrive, start, wake } from "./state";
import { apply, chosenTheme, keepTheme, printOnPaper, themes } from "./theme";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");

apply(themes[chosenTheme()]);
printOnPaper(() => themes[chosenTheme()]);
keepTheme();
guardHistory();
addEventListener("online", wake);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") wake();
});

mount(App, { target });
const led = ledBack(location);
void (led === null ? start() : arrive(led));
