// "Alerts in this browser": asks the browser, subscribes it, and sends the form with what the push service gave.
(function () {
  "use strict";
  const form = document.getElementById("this-browser");
  if (!form) return;
  const button = form.querySelector("button");
  const said = form.querySelector("[data-said]");
  const say = (what) => {
    said.textContent = form.dataset[what];
  };

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  const fill = (name, value) => {
    form.elements[name].value = value;
  };
  const nameOf = () => {
    const brand = navigator.userAgentData?.brands?.find(({ brand }) => !/not.?a.?brand/i.test(brand))?.brand;
    return [brand, navigator.userAgentData?.platform ?? navigator.platform].filter(Boolean).join(", ").slice(0, 60);
  };

  const subscription = async () => {
    const registration = await navigator.serviceWorker.register(form.dataset.worker);
    await navigator.serviceWorker.ready;
    const wanted = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) };
    try {
      return await registration.pushManager.subscribe(wanted);
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      // Subscribed under an earlier key of this installation.
      await (await registration.pushManager.getSubscription())?.unsubscribe();
      return registration.pushManager.subscribe(wanted);
    }
  };

  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    say("unable");
    return;
  }
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    button.disabled = true;
    try {
      if ((await Notification.requestPermission()) !== "granted") {
        say("refused");
        return;
      }
      const { endpoint, keys } = (await subscription()).toJSON();
      fill("endpoint", endpoint);
      fill("p256dh", keys.p256dh);
      fill("auth", keys.auth);
      fill("name", nameOf());
      form.submit();
    } catch {
      say("failed");
    } finally {
      button.disabled = false;
    }
  });
})();
