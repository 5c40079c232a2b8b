// What this browser keeps for want of a connection, and for whom.
//
// Rows name their owner by a key that says nobody's name. Signing out, and another person's sign-in, wipe what
// is kept, and close the pages of the one before in every tab.
(function () {
  "use strict";
  const NAME = "aclf-offline";
  const OWNER = "aclf-owner";
  const DAYS = 3;
  const PATIENCE_MS = 1000;
  const LOOK_MS = 250;
  const MOST_LOOKS = 40;
  const owner = document.body.dataset.owner ?? "";
  const isKept = "kept" in document.body.dataset;

  const database = () =>
    new Promise((done, fail) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("drafts", { keyPath: "id" });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => fail(asked.error);
    });
  const ask = async (act) => {
    try {
      const open = await database();
      const asked = act(open.transaction("drafts", "readwrite").objectStore("drafts"));
      const answer = await new Promise((done, fail) => {
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => fail(asked.error);
      });
      open.close();
      return answer;
    } catch {
      // A browser that keeps nothing, such as a private window.
      return undefined;
    }
  };

  // Who is signed in now by the server's last word, as a key; empty for nobody.
  const signedIn = () => document.cookie.match(/(?:^|; )page_owner=([^;]*)/)?.[1] ?? "";

  const discard = (id) => ask((rows) => rows.delete(id));
  const own = async () => {
    const rows = (await ask((all) => all.getAll())) ?? [];
    const isOld = (row) => Date.now() - row.at > DAYS * 86400000;
    await Promise.all(rows.filter((row) => isOld(row) || row.user !== owner).map((row) => discard(row.id)));
    return rows.filter((row) => !isOld(row) && row.user === owner);
  };
  const keep = (row) => ask((rows) => rows.put({ ...row, user: owner, at: Date.now() }));
  const wipe = () =>
    new Promise((done) => {
      setTimeout(done, PATIENCE_MS);
      const drafts = indexedDB.deleteDatabase(NAME);
      drafts.onsuccess = drafts.onerror = () => Promise.resolve(window.caches?.delete(NAME)).finally(done);
    });

  const remembered = (act) => {
    try {
      return act(localStorage);
    } catch {
      // Without storage the server's mark in each form still holds.
      return owner;
    }
  };

  // The page of one person goes as soon as another signs in, or nobody is signed in any more.
  // Until the server has ended the sign-in, it would show that person's pages once more.
  const close = async () => {
    window.device.leaves = true;
    dispatchEvent(new Event("device:closing"));
    document.body.replaceChildren();
    for (let looks = 0; looks < MOST_LOOKS && signedIn() === owner; looks += 1) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
    location.replace("/");
  };
  addEventListener("storage", ({ key, newValue }) => {
    if (key === OWNER && owner && newValue !== owner) close();
  });

  const belongsToAnother = isKept && owner !== signedIn();
  const ready = (async () => {
    if (!owner || isKept || remembered((kept) => kept.getItem(OWNER)) === owner) return;
    await wipe();
    remembered((kept) => kept.setItem(OWNER, owner));
  })();
  const signOut = async () => {
    remembered((kept) => kept.removeItem(OWNER));
    await wipe();
  };

  window.device = { owner, isKept, belongsToAnother, ready, signedIn, own, keep, discard, signOut };
  if (belongsToAnother && location.pathname !== "/offline/") {
    document.body.replaceChildren();
    location.replace("/offline/");
  }
})();
