// Shows pushed alerts, also while no page is open; leaves a page as it is whose form gets no answer; and keeps at
// hand what works for want of a connection: a page that says so, and for those who refer the one for a first visit.
// Nothing of a patient is kept here; opening an alert changes nothing: the page asks for sign-in.
"use strict";

const KEPT = "aclf-offline";
const PAGES = ["/cases/new/", "/offline/"];
const FRESH_MS = 10 * 60 * 1000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A page asks to keep what works without a connection, in its language and for the person signed in.
self.addEventListener("message", (event) => {
  if (event.data === "drop") event.waitUntil(drop("/cases/new/"));
  else event.waitUntil(keep(event.data.keepFor));
});

// A page that this person may not have, or has no sign-in for, is kept no longer.
const drop = async (path) => (await caches.has(KEPT)) && (await caches.open(KEPT)).delete(path);

// What was kept for the same person and language a moment ago is not asked for again with every page.
const isFresh = ({ headers }, whom) =>
  headers.get("Kept-For") === whom && Math.abs(Date.now() - headers.get("Kept-At")) < FRESH_MS;

const fetched = async (store, path, whom) => {
  const answer = await fetch(path, { headers: { "X-Kept": "1" }, cache: "no-store" });
  if (!answer.ok || answer.redirected) {
    if (answer.status < 500) await drop(path);
    return "";
  }
  const page = await answer.text();
  const headers = { "Content-Type": "text/html; charset=utf-8", "Kept-For": whom, "Kept-At": Date.now() };
  const policy = answer.headers.get("Content-Security-Policy");
  if (policy) headers["Content-Security-Policy"] = policy;
  await store.put(path, new Response(page, { headers }));
  return page;
};

const keep = async (whom) => {
  const store = await caches.open(KEPT);
  const kept = await Promise.all(PAGES.map((path) => store.match(path)));
  if (kept.every((page) => page && isFresh(page, whom))) return;
  const files = new Set();
  for (const path of PAGES) {
    const page = await fetched(store, path, whom);
    for (const [, file] of page.matchAll(/(?:src|href)="(\/static\/[^"#]+)/g)) files.add(file);
  }
  if (!files.size) return;
  const known = await store.keys();
  const isOld = ({ url }) => url.includes("/static/") && !files.has(new URL(url).pathname);
  await Promise.all(known.filter(isOld).map((request) => store.delete(request)));
  const fresh = [...files].filter((file) => !known.some(({ url }) => new URL(url).pathname === file));
  await store.addAll(fresh);
};

const isRefused = ({ type, status }) => type === "opaqueredirect" || [401, 403, 404].includes(status);

const orKept = async (request, ...paths) => {
  try {
    const answer = await fetch(request);
    if (PAGES.includes(paths[0]) && isRefused(answer)) await drop(paths[0]);
    return answer;
  } catch (error) {
    for (const path of paths) {
      const kept = await caches.match(path, { cacheName: KEPT });
      if (kept) return kept;
    }
    throw error;
  }
};

// A form that gets no answer must not take its page away: an answer without content leaves it as it is.
const orStay = async ({ request, clientId }) => {
  try {
    return await fetch(request);
  } catch {
    (await self.clients.get(clientId))?.postMessage("no-answer");
    return new Response(null, { status: 204 });
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method === "POST" && request.mode === "navigate" && origin === self.location.origin) {
    event.respondWith(orStay(event));
    return;
  }
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(orKept(request, pathname, "/offline/"));
  else if (pathname.startsWith("/static/")) event.respondWith(orKept(request, pathname));
});

self.addEventListener("push", (event) => {
  const told = event.data.json();
  const shown = self.registration.showNotification(told.title, {
    body: told.body,
    lang: told.language,
    tag: told.id,
    requireInteraction: ["severe", "critical"].includes(told.severity),
    data: { path: told.path },
  });
  event.waitUntil(shown);
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.path, self.location.origin);
  if (url.origin !== self.location.origin) return;
  const open = async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = pages.find((page) => page.url === url.href);
    return there ? there.focus() : self.clients.openWindow(url.href);
  };
  event.waitUntil(open());
});
