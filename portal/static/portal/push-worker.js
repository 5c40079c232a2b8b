// Shows pushed alerts, also while no page is open. Opening one changes nothing: the page asks for sign-in.
"use strict";

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
