// Laboratory reports beside a form: pictures and pasted text are read, and a person takes what is proposed.
// Nothing that somebody typed is replaced unasked; where a value is from goes with it in a hidden field.
(function () {
  "use strict";
  const begin = (reader) => {
    const form = reader?.closest("form");
    if (!form) return;
    const texts = reader.dataset;
    const list = reader.querySelector(".reader-list");
    const MOST_BYTES = 20 * 1024 * 1024;
    const FIRST_LOOK_MS = 800;
    const LONGEST_LOOK_MS = 5000;
    const SHORTEST_MOMENT = "2026-01-01T00:00".length;

    const make = (name, text = "") => Object.assign(document.createElement(name), { textContent: text });
    const field = (name) => form.elements[name];
    const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

    // Whom the form is about, for the comparison with the report.
    const patient = () => {
      const about = { case: texts.case };
      for (const name of ["name", "sex", "birth_date"]) about[name] = field(name)?.value ?? "";
      return about;
    };

    const place = (name) => {
      const line = make("div");
      line.className = "upload";
      if (name) line.append(make("strong", name));
      line.append(make("div"));
      list.append(line);
      line.scrollIntoView({ block: "nearest" });
      return line;
    };

    const say = (line, text, again) => {
      const where = line.lastElementChild;
      const said = make("p", text);
      said.className = "file-trouble";
      where.replaceChildren(said);
      if (!again) return;
      const button = make("button", texts.again);
      button.type = "button";
      button.className = "btn";
      button.addEventListener("click", again);
      where.append(button);
    };

    const draw = (line, html, wait = FIRST_LOOK_MS) => {
      const parsed = new DOMParser().parseFromString(html, "text/html").querySelector("[data-reading]");
      line.dataset.of = parsed.dataset.reading;
      const isWaiting = parsed.dataset.state === "waiting";
      const shown = line.querySelector("[data-reading]");
      if (shown?.dataset.state !== parsed.dataset.state || shown.textContent !== parsed.textContent) {
        line.lastElementChild.replaceChildren(parsed);
        prepare(parsed);
      }
      if (isWaiting) setTimeout(() => look(line, Math.min(wait * 1.5, LONGEST_LOOK_MS)), wait);
    };

    const look = async (line, wait) => {
      try {
        const answer = await fetch(`${texts.reader}${line.dataset.of}/?${new URLSearchParams(patient())}`);
        if (answer.ok && !answer.redirected) draw(line, await answer.text(), wait);
        else if (answer.status === 404) line.remove();
        else say(line, texts.failed, () => look(line, FIRST_LOOK_MS));
      } catch {
        say(line, texts.away, () => look(line, FIRST_LOOK_MS));
      }
    };

    const send = (line, what) => {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
      for (const [name, value] of Object.entries({ ...patient(), ...what })) body.set(name, value);
      const bar = make("progress");
      bar.max = 1;
      bar.value = 0;
      bar.setAttribute("aria-label", texts.sending);
      line.lastElementChild.replaceChildren(bar);
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      request.addEventListener("loadend", () => settle(line, what, request));
      request.open("POST", texts.reader);
      request.send(body);
    };

    const settle = (line, what, request) => {
      const again = () => send(line, what);
      const kind = request.getResponseHeader("Content-Type") ?? "";
      const isReading = request.status === 200 && request.responseText.includes("data-reading");
      if (isReading) draw(line, request.responseText);
      else if (kind.startsWith("application/json")) {
        const isPassing = request.status === 503;
        say(line, JSON.parse(request.responseText).message, isPassing ? again : undefined);
      } else say(line, request.status ? texts.failed : texts.away, again);
    };

    const newId = () => {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      bytes[6] = (bytes[6] & 0x0f) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    };

    const addFiles = (files) => {
      for (const file of files) {
        const line = place(file.name || "…");
        if (file.size > MOST_BYTES) say(line, texts.tooLarge);
        else send(line, { id: newId(), file });
      }
    };

    // What the form does not ask for is not proposed.
    const prepare = (reading) => {
      const mine = [...reading.querySelectorAll(".proposal")];
      for (const proposal of mine) {
        proposal.hidden = !field(proposal.dataset.name);
        if (isTaken(proposal)) mark(proposal, texts.taken);
      }
      const sure = mine.filter((proposal) => !proposal.hidden && "sure" in proposal.dataset);
      const all = reading.querySelector("[data-take-all]");
      if (all) all.hidden = sure.length === 0;
      const number = reading.querySelector("[data-without-doubt]");
      if (number) number.textContent = number.textContent.replace(/\d+/, sure.length);
    };

    const idOf = (proposal) => proposal.closest("[data-reading]").dataset.reading;
    const sourceOf = (name) => {
      if (field(`source_${name}`)) return field(`source_${name}`).value;
      const lines = (field("sources")?.value ?? "").split("\n").map((line) => line.split(": "));
      return Object.fromEntries(lines)[name] ?? "";
    };
    const isTaken = (proposal) => {
      const { name, value } = proposal.dataset;
      return sourceOf(name) === idOf(proposal) && field(name)?.value === value;
    };
    const setSource = (name, id) => {
      if (field(`source_${name}`)) field(`source_${name}`).value = id;
      else if (field("sources")) {
        const others = field("sources").value.split("\n").filter((line) => line && !line.startsWith(`${name}: `));
        field("sources").value = [...others, `${name}: ${id}`].join("\n");
      }
    };

    const mark = (proposal, text) => {
      proposal.querySelector(".proposal-state").textContent = text;
      proposal.classList.toggle("is-taken", text === texts.taken);
    };

    // The one element of a field; of answers to choose from the chosen one, or the first.
    const shownBy = (element) =>
      element instanceof RadioNodeList ? ([...element].find((one) => one.checked) ?? element[0]) : element;
    const put = (element, value) => {
      element.value = value;
      shownBy(element).dispatchEvent(new Event("input", { bubbles: true }));
      shownBy(element).dispatchEvent(new Event("change", { bubbles: true }));
    };
    // A value as the form shows it: of answers to choose from the words.
    const inWords = (name, value) => {
      const answers = field(name) instanceof RadioNodeList ? [...field(name)] : [];
      return answers.find((one) => one.value === value)?.labels[0]?.textContent.trim() ?? value;
    };

    // One time for the whole form, or a time of its own for a value of another report.
    const setTime = (name, moment) => {
      if (moment.length < SHORTEST_MOMENT) return;
      const common = field("sampled_at");
      if (!common || common.value.slice(0, SHORTEST_MOMENT) === moment) return;
      if (!common.value) put(common, moment);
      else if (field(`sampled_at_${name}`)) {
        put(field(`sampled_at_${name}`), moment);
        const shows = document.getElementById("own-times");
        if (shows) shows.checked = true;
      }
    };

    const take = (proposal, unit) => {
      const { name, value, sampled } = proposal.dataset;
      const element = field(name);
      const select = unit && field(proposal.dataset.unitField);
      if (select) put(select, unit);
      put(element, value);
      setSource(name, idOf(proposal));
      setTime(name, sampled);
      shownBy(element).closest("details")?.setAttribute("open", "");
      for (const other of list.querySelectorAll(`.proposal.is-taken[data-name="${name}"]`)) mark(other, "");
      mark(proposal, texts.taken);
    };
    const isTypedOtherwise = (proposal) => {
      const typed = field(proposal.dataset.name).value.trim();
      return typed !== "" && typed !== proposal.dataset.value;
    };

    const takeOne = (button) => {
      const proposal = button.closest(".proposal");
      const unit = button.dataset.unit ?? proposal.dataset.unit;
      if (isTypedOtherwise(proposal) && !("asked" in button.dataset)) {
        const { name, value } = proposal.dataset;
        const typed = inWords(name, field(name).value.trim());
        button.dataset.asked = "";
        button.textContent = filled(texts.replace, { typed, value: inWords(name, value) });
        mark(proposal, filled(texts.typed, { typed }));
        return;
      }
      delete button.dataset.asked;
      take(proposal, unit);
    };

    const takeAll = (reading) => {
      const sure = [...reading.querySelectorAll(".proposal[data-sure]")].filter((proposal) => !proposal.hidden);
      const left = sure.filter(isTypedOtherwise);
      for (const proposal of sure) {
        if (!left.includes(proposal)) take(proposal, proposal.dataset.unit);
        else {
          const { name } = proposal.dataset;
          mark(proposal, filled(texts.left, { names: inWords(name, field(name).value) }));
        }
      }
    };

    list.addEventListener("click", ({ target }) => {
      const one = target.closest("[data-take]");
      if (one) takeOne(one);
      const all = target.closest("[data-take-all]");
      if (all) takeAll(all.closest("[data-reading]"));
    });
    list.addEventListener("change", ({ target }) => {
      if (!("same" in target.dataset)) return;
      const buttons = target.closest("[data-reading]").querySelectorAll("[data-take], [data-take-all]");
      for (const button of buttons) button.disabled = !target.checked;
    });
    reader.querySelector("#reader-file")?.addEventListener("change", ({ target }) => {
      addFiles(target.files);
      target.value = "";
    });
    reader.querySelector("[data-read-text]").addEventListener("click", () => {
      const area = reader.querySelector("#reader-text");
      if (area.value.trim()) send(place(""), { text: area.value });
      else area.focus();
    });
    // A screenshot pasted anywhere on the page is a report.
    document.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length || !reader.querySelector("#reader-file")) return;
      event.preventDefault();
      addFiles(event.clipboardData.files);
    });
    // Whom the form is about has changed: compare again.
    for (const name of ["name", "birth_date", "sex"]) {
      for (const element of [field(name) ?? []].flatMap((one) => (one.length && !one.options ? [...one] : one))) {
        element.addEventListener("change", () => {
          for (const line of list.querySelectorAll("[data-of]")) look(line, FIRST_LOOK_MS);
        });
      }
    }
    // A file of the case that is to be read.
    if (texts.report) send(place(""), { case_file: texts.report });
    // What a laboratory system sent is there from the start; a form that came back with what is wrong shows
    // again what was taken.
    const names = [...form.elements].filter((one) => one.name?.startsWith("source_") && one.value);
    const lines = (field("sources")?.value ?? "").split("\n").filter(Boolean);
    const arrived = (texts.arrived ?? "").split(" ").filter(Boolean);
    const ids = new Set([...arrived, ...names.map((one) => one.value), ...lines.map((line) => line.split(": ")[1])]);
    for (const id of ids) {
      const line = place("");
      line.dataset.of = id;
      look(line, FIRST_LOOK_MS);
    }
  };
  begin(document.querySelector("[data-reader]"));
  // A form that comes into the page later, as on the page of the ward's records.
  document.addEventListener("htmx:load", ({ target }) => {
    if (target !== document.body) begin(target.querySelector?.("[data-reader]"));
  });
})();
