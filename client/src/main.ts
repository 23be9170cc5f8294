/** Starts the page: theme and language before the first paint, then who looks. */
import { mount, unmount } from "svelte";

import App from "./App.svelte";
import "./app.css";
import { guardHistory } from "./panels/signin/guard";
import { ledBack } from "./panels/signin/led";
import { api, arrive, forgetKinds, start, wake } from "./state";
import { beginIn, chosenLanguage, keepLanguage, onLanguage, spoken } from "./strings";
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

keepLanguage();
await beginIn(chosenLanguage());
api.language = spoken().language;

let app = mount(App, { target });
// All text is said anew; what is held or being written stays, since it is not in the page's parts.
onLanguage(() => {
  api.language = spoken().language;
  forgetKinds();
  void unmount(app).then(() => {
    app = mount(App, { target });
  });
});
const led = ledBack(location);
void (led === null ? start() : arrive(led));
