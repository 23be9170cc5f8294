/*
 * Watches the page from outside; runs before any script of the page.
 *
 * It takes hold of the map when the library makes its canvas, notes when bytes of
 * the stream arrive, when the list shows a row, and when a source is loaded again
 * after updateData. Times are milliseconds since 1970, to compare two pages with.
 */
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const bench = { map: null, frames: [], calls: [], first: {}, rows: {}, clicks: [], panels: [], now };
  window.bench = bench;

  /* How many reports the list holds. */
  bench.rowsHeld = () =>
    Number(document.querySelector('[role="grid"]')?.getAttribute("aria-rowcount") ?? 1) - 1;

  Object.defineProperty(Object.prototype, "_canvas", {
    configurable: true,
    set(value) {
      Object.defineProperty(this, "_canvas", { value, writable: true, configurable: true });
      if (bench.map === null && typeof this.getStyle === "function") follow(this);
    },
  });

  /* When the picture of the first time stands: symbols drawn and nothing more under way. */
  function follow(map) {
    bench.map = map;
    map.on("idle", () => {
      if (bench.first.map) return;
      const layers = map.getStyle().layers.map((l) => l.id);
      const marks = layers.filter((id) => /-(mark|cluster)$/.test(id));
      if (map.queryRenderedFeatures({ layers: marks }).length > 0) bench.first.map = now();
    });
    map.on("styledata", () => {
      for (const id of Object.keys(map.getStyle().sources)) hook(map, map.getSource(id), id);
    });
  }

  function hook(map, source, id) {
    if (!source || source.type !== "geojson" || source.benchHooked) return;
    source.benchHooked = true;
    const inner = source.updateData.bind(source);
    source.updateData = (diff, ...more) => {
      const call = { id, began: now(), keys: (diff.add || []).map((f) => f.properties.key) };
      bench.calls.push(call);
      const done = inner(diff, ...more);
      call.ms = now() - call.began;
      const look = (event) => {
        if (event.sourceId !== id || call.shown || event.sourceDataType === "metadata") return;
        if (source.loaded() && map.isSourceLoaded(id)) {
          call.shown = now();
          map.off("data", look);
          // The frame after the picture begins only once the picture was handed over.
          map.once("render", () => requestAnimationFrame(() => (call.drawn = now())));
        }
      };
      map.on("data", look);
      return done;
    };
  }

  const Plain = window.WebSocket;
  const text = new TextDecoder("latin1");
  window.WebSocket = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", (event) => {
        const at = now();
        const keep = (bytes) => {
          if (bytes.byteLength < 300000) bench.frames.push({ at, text: text.decode(bytes) });
        };
        if (event.data instanceof Blob) event.data.arrayBuffer().then(keep);
        else keep(event.data);
      });
    }
  };

  bench.busy = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) bench.busy.push(entry.duration);
  }).observe({ type: "longtask" });
  document.addEventListener("submit", () => (bench.first.submit = now()), true);
  document.addEventListener("click", () => bench.clicks.push(now()), true);
  new MutationObserver(() => {
    const at = now();
    const rows = document.querySelectorAll('[role="grid"] [role="row"][id]');
    if (rows.length > 0) bench.first.row ??= at;
    for (const row of rows) {
      const found = /bench-\d+-/.exec(row.textContent);
      if (found) bench.rows[found[0]] ??= at;
    }
    const panel = document.querySelector("#detail");
    if (panel) {
      // Its history is the last part of a whole detail.
      const [text, whole] = [panel.textContent, panel.querySelector("ol") !== null];
      if (bench.panels.at(-1)?.text !== text) bench.panels.push({ at, text, whole });
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
})();
