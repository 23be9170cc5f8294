/**
 * Nothing of a picture outlives the person who looked at it: not behind the
 * Back button, not in the browser's stores.
 */

/** A page that is put aside is blanked at once, and made anew when it is called back. */
export function guardHistory(): void {
  addEventListener("pagehide", (event) => {
    if (event.persisted) document.documentElement.hidden = true;
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

async function deleteDatabases(): Promise<void> {
  // Firefox before 126 cannot list them; there the node's Clear-Site-Data does it.
  if (typeof indexedDB.databases !== "function") return;
  for (const { name } of await indexedDB.databases()) {
    if (name !== undefined) indexedDB.deleteDatabase(name);
  }
}

/** Everything that this origin holds in the browser. `caches` is missing on plain http. */
export async function emptyBrowser(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  if ("caches" in globalThis) {
    for (const name of await caches.keys()) await caches.delete(name);
  }
  if ("serviceWorker" in navigator) {
    for (const held of await navigator.serviceWorker.getRegistrations()) await held.unregister();
  }
  await deleteDatabases();
}

const MARK = "#signed-out";

/** Starts the page anew, so that memory goes too; what is shown next says that one signed out. */
export function startAnew(): void {
  history.replaceState(null, "", `/${MARK}`);
  location.reload();
}

/** True once after `startAnew`. */
export function justSignedOut(): boolean {
  if (location.hash !== MARK) return false;
  history.replaceState(null, "", "/");
  return true;
}
