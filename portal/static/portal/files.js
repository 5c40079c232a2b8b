// Files are sent one after another, each with its progress. What cannot be sent waits on this page and is tried
// again by itself; each has an id of its own, so that sending it twice makes one file.
(function () {
  "use strict";
  const form = document.getElementById("file-form");
  if (!form) return;
  const input = document.getElementById("file-input");
  const list = document.getElementById("upload-list");
  const MOST_BYTES = 20 * 1024 * 1024;
  const AGAIN_MS = 5000;
  const CREATED = 201;
  const SIGNED_OUT = [0, 302, 401, 403];
  const waiting = [];
  let isSending = false;

  const newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const make = (name, text = "") => Object.assign(document.createElement(name), { textContent: text });

  const lineOf = (file) => {
    const line = make("li");
    line.className = "upload";
    line.append(make("strong", file.name || "…"), make("progress"), make("p", form.dataset.sending));
    line.querySelector("progress").max = 1;
    line.querySelector("progress").value = 0;
    list.append(line);
    return line;
  };

  const say = (upload, text, isRefused) => {
    upload.line.classList.toggle("is-refused", Boolean(isRefused));
    upload.line.querySelector("p").textContent = text;
  };

  const refuse = (upload, text) => {
    upload.line.querySelector("progress")?.remove();
    say(upload, text, true);
  };

  const askAgain = (upload, text) => {
    say(upload, text, true);
    const again = make("button", form.dataset.again);
    again.type = "button";
    again.className = "btn";
    again.addEventListener("click", () => {
      again.remove();
      put(upload);
    });
    upload.line.append(again);
  };

  const put = (upload) => {
    waiting.push(upload);
    next();
  };

  const add = (files) => {
    for (const file of files) {
      const inputs = { kind: form.elements.kind.value, caption: form.elements.caption.value };
      const upload = { id: newId(), file, inputs, line: lineOf(file) };
      if (file.size > MOST_BYTES) refuse(upload, form.dataset.tooLarge);
      else put(upload);
    }
    input.value = "";
    form.elements.caption.value = "";
  };

  const wait = (upload, text) => {
    say(upload, text, true);
    setTimeout(() => put(upload), AGAIN_MS);
  };

  const settle = (upload, request) => {
    isSending = false;
    const { status } = request;
    const isOurs = request.getResponseHeader("Content-Type")?.startsWith("application/json");
    if (status === CREATED) {
      upload.line.querySelector("progress").value = 1;
      say(upload, form.dataset.sent);
      setTimeout(() => upload.line.remove(), AGAIN_MS);
      redraw();
    } else if (status === 503 && isOurs) askAgain(upload, JSON.parse(request.responseText).message);
    else if (isOurs) refuse(upload, JSON.parse(request.responseText).message);
    else if (status === 0) wait(upload, form.dataset.waiting);
    else if (SIGNED_OUT.includes(status) || status === 200) askAgain(upload, form.dataset.signedOut);
    else wait(upload, form.dataset.failed);
    next();
  };

  const next = () => {
    const upload = isSending ? null : waiting.shift();
    if (!upload) return;
    isSending = true;
    const body = new FormData(form);
    body.delete("file");
    for (const [name, value] of Object.entries(upload.inputs)) body.set(name, value);
    body.set("id", upload.id);
    body.set("file", upload.file, upload.file.name || "screenshot.png");
    const request = new XMLHttpRequest();
    const bar = upload.line.querySelector("progress");
    say(upload, form.dataset.sending);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => settle(upload, request));
    request.open("POST", form.action);
    request.setRequestHeader("X-Progress", "1");
    request.send(body);
  };

  const redraw = () => {
    const live = document.getElementById("files-live");
    htmx.ajax("GET", live.dataset.live, { target: live, swap: "innerHTML" });
  };
  const look = () => {
    const isChecking = document.querySelector("#files-live .file-waits .icon");
    if (isChecking && !document.hidden) redraw();
  };
  setInterval(look, AGAIN_MS);

  input.addEventListener("change", () => add(input.files));
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      add(event.clipboardData.files);
    }
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("is-over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || form.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    form.classList.remove("is-over");
    add(event.dataTransfer.files);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(input.files);
  });
  addEventListener("beforeunload", (event) => {
    if (isSending || waiting.length) event.preventDefault();
  });
})();
