// Everything that this origin keeps in the browser, as text: a function that Playwright calls.
async () => {
  const text = (value) =>
    value instanceof Blob
      ? value.text()
      : JSON.stringify(value, (_, inner) =>
          inner instanceof ArrayBuffer || ArrayBuffer.isView(inner)
            ? new TextDecoder("latin1").decode(inner)
            : typeof inner === "bigint"
              ? String(inner)
              : inner,
        );
  const of = (request) =>
    new Promise((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
  const kept = {
    local: [JSON.stringify(localStorage)],
    session: [JSON.stringify(sessionStorage)],
    cookies: [document.cookie],
    address: [location.href, JSON.stringify(history.state)],
    caches: [],
    databases: [],
  };
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      kept.caches.push(name, request.url, await answer.text());
    }
  }
  for (const { name } of await indexedDB.databases()) {
    const db = await of(indexedDB.open(name));
    kept.databases.push(name);
    for (const store of db.objectStoreNames) {
      const rows = db.transaction(store).objectStore(store);
      kept.databases.push(store, await text(await of(rows.getAllKeys())));
      for (const row of await of(rows.getAll())) kept.databases.push(await text(row));
    }
    db.close();
  }
  return Object.fromEntries(Object.entries(kept).map(([name, parts]) => [name, parts.join("\n")]));
}
