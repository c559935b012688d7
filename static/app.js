// The behaviour of pages beyond HTML and htmx, all by data attributes:
//   data-dialog="id" opens that <dialog>, data-close closes the one around it, <dialog data-open> opens as it arrives
//   data-toggle="id" shows and hides, data-dismiss removes the alert or toast around it
//   data-selection="list and filter" holds rows with data-select-row="possible actions", a data-select-all,
//   a data-select-none, a data-selected-bar and a data-selected-count. A button with data-possible="action" is shown
//   while that is possible for a selected row, and its data-possible-count says for how many.
//   data-ends-selection on a button or form: a success of its request ends the selection
//   data-download on a submit button: the answer is a file, so the page stays
//   data-gone="words" on a part with an id: a toast, when a polled fragment arrives without this part
//   data-overtakes on a polled part: a message from before goes when a badge of the part changes, or a progress ends
//   data-short on a form of a search: its empty fields are not sent, so they are not in the address
//   data-needs-saved on a form: it is not sent while a form with data-unsaved="words" has values that are not saved
//   data-keeps-unsaved on a list: it is not loaded again while a form in it has values that are not saved
//   data-chooses on a field: arrow keys, Enter and Escape choose from the list in [data-choices] of its form, or of that id
//   data-pick with data-panel and data-service: fills in the fields panel and service of the form around it
//   HX-Trigger: {"go-on": {"to": "id", "at": "address"}} sets the focus, and loads the list of lines where it has no such part
//   data-from-address on a field: takes the part of the address behind "#", takes it out of the address, and hides
//   data-needs-price="words" on the button of a new order: a toast while #check has no data-price, or an outdated one
//   data-seconds: a number in a form, which counts down, and with which the alert goes
//   <time data-ago> stays as far away as it is; a tap on a <time title> shows its title in a toast
//   HX-Trigger: {"toast": {"text": "…", "kind": "good|bad"}} shows a toast
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Toasts

  const region = document.getElementById("toasts");
  const place = () => (document.querySelector("dialog:modal") ?? document.body).append(region);

  const toast = (text, kind = "info", about = "") => {
    // A newer outcome of the same thing replaces the older one.
    if (about) all(".toast").filter((box) => box.dataset.about === about).forEach((box) => box.remove());
    if (!region || all("p", region).some((p) => p.textContent === text)) return;
    const box = document.createElement("div");
    box.className = `toast toast--${kind}`;
    box.dataset.about = about;
    if (kind === "bad") box.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast__close";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", "Dismiss");
    close.textContent = "×";
    box.append(words, close);
    // Nothing outside of an open dialog can be seen or reached.
    if (!region.parentElement?.matches("dialog:modal")) place();
    region.append(box);
    if (kind !== "bad") setTimeout(() => box.remove(), 6000);
  };

  const isPost = (detail) => detail.requestConfig?.verb !== "get";
  const refusals = {
    403: "You don't have permission, or this page has expired. Nothing was changed. Reload the page and try again.",
    404: "This no longer exists. Reload the page.",
    413: "The request was too large. Nothing was changed.",
    429: "Too many requests. Wait a moment and try again.",
  };
  const lost = (detail) => isPost(detail)
    ? "The dashboard did not answer. Your request may have arrived. Check before you try again."
    : "The dashboard does not answer. This page may be out of date.";

  document.addEventListener("close", ({ target }) => { if (target.contains(region)) place(); }, true);
  document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail.kind, detail.about));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    const { status } = detail.xhr;
    const fallback = status < 500 ? "That was not possible. Nothing was changed." : lost(detail);
    toast(refusals[status] ?? fallback, "bad");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => toast(lost(detail), "bad"));
  }

  // One press, one request: a form is marked while it is being sent. Nothing is disabled, so the focus stays.

  const setSent = (form, sent, pressed) => {
    form.toggleAttribute("data-sent", sent);
    // Also the buttons beside the form.
    for (const button of [...form.elements].filter((each) => each.matches("button:not([type=button])"))) {
      const mark = (name, is) => (is ? button.setAttribute(name, "true") : button.removeAttribute(name));
      mark("aria-disabled", sent);
      mark("aria-busy", sent && button === pressed);
    }
  };

  const isTyped = (field) => field.value !== field.defaultValue;

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-needs-saved]")) return;
    const open = all("form[data-unsaved] :is(input:not([type=hidden]), textarea)").find(isTyped);
    if (!open) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toast(open.form.dataset.unsaved, "bad");
    open.focus();
  }, true);

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    if (!elt.matches("[data-keeps-unsaved]")) return;
    if (!all("form[data-unsaved] :is(input:not([type=hidden]), textarea)", elt).some(isTyped)) return;
    event.preventDefault();
    toast("Other lines have changed, in another tab or by somebody else. They are shown after your next change.");
  });

  document.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("data-download")) event.stopImmediatePropagation();
  }, true);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" && !form.matches("[hx-post]")) return;
    if (form.hasAttribute("data-sent")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      setSent(form, true, event.submitter);
    }
  }, true);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.elt.closest?.("form[data-sent]");
    // After a redirect, the form stays as it is until the next page is here.
    if (form && !detail.xhr.getResponseHeader("HX-Redirect")) setSent(form, false);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => setSent(form, false)));

  const takeFromAddress = () => all("[data-from-address]").forEach((field) => {
    const box = field.closest(".field");
    if (location.hash) {
      field.value = location.hash.slice(1);
      history.replaceState(null, "", location.pathname);
    }
    // A person needs the field only to type or to correct what no script could fill in.
    box.hidden = field.value !== "" && !box.classList.contains("field--invalid");
  });
  takeFromAddress();
  // A second link that is opened in the same tab changes nothing but this part.
  window.addEventListener("hashchange", takeFromAddress);

  // Clicks

  document.addEventListener("click", (event) => {
    const busy = event.target.closest("button.htmx-request");
    if (busy) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  document.addEventListener("click", (event) => {
    const { target } = event;
    const opener = target.closest("[data-dialog]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.dialog)?.showModal();
    }
    if (target.closest("[data-close]") || target.matches("dialog")) target.closest("dialog")?.close();
    target.closest("[data-dismiss]")?.closest(".alert, .toast")?.remove();
    const toggle = target.closest("[data-toggle]");
    if (toggle) {
      const isOpen = document.getElementById(toggle.dataset.toggle).toggleAttribute("data-shown");
      toggle.setAttribute("aria-expanded", String(isOpen));
    }
    all("details.menu[open]").filter((menu) => !menu.contains(target)).forEach((menu) => { menu.open = false; });
  });

  // Lines of a draft: a service that was found is filled in, and after a correction the focus goes to the next mistake.

  document.addEventListener("click", ({ target }) => {
    const choice = target.closest("[data-pick]");
    if (!choice) return;
    const { panel, service } = choice.form.elements;
    panel.value = choice.dataset.panel;
    service.value = choice.dataset.service;
    service.focus();
    choice.closest("[data-choices]").replaceChildren();
  });

  document.addEventListener("go-on", async ({ detail: { to, at } }) => {
    if (!document.getElementById(to)) await htmx.ajax("GET", at, { target: "#lines", swap: "outerHTML" });
    document.getElementById(to)?.focus();
  });

  document.addEventListener("keydown", ({ key, target }) => {
    const menu = key === "Escape" && target.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!detail.successful || !isPost(detail)) return;
    detail.elt.closest?.("dialog")?.close();
    const menu = detail.requestConfig.triggeringEvent?.submitter?.closest("details.menu");
    if (menu) menu.open = false;
  });

  // htmx sends the hx-vals of a list with each request from inside of the list, but only a poll of the list has its tag.
  document.addEventListener("htmx:configRequest", ({ detail: { elt, formData } }) => {
    if (!elt.hasAttribute("hx-vals")) formData.delete("tag");
  });

  document.addEventListener("htmx:configRequest", ({ detail: { elt, formData } }) => {
    if (!elt.matches("[data-short]")) return;
    [...formData].filter(([, value]) => value === "").forEach(([name]) => formData.delete(name));
    // The messages are about earlier values. The answer has those about the values of now.
    all(".errorlist", elt).forEach((list) => list.remove());
    all(".field--invalid", elt).forEach((field) => field.classList.remove("field--invalid"));
    all("[aria-invalid]", elt).forEach((field) => field.removeAttribute("aria-invalid"));
  });

  // A search with the list of its results: a combobox whose options are links or buttons. The focus stays in the search.

  const resultsOf = (field) =>
    (document.getElementById(field.dataset.chooses) ?? field.form.querySelector("[data-choices]")).querySelector(".choices");

  const optionsOf = (field) => all(":is(a, button)", resultsOf(field) ?? document.createElement("ul"));

  const addressOf = (option) => option.href ?? `${option.dataset.panel} ${option.dataset.service}`;

  let marked;

  const mark = (field, option) => {
    optionsOf(field).forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
    marked = option && addressOf(option);
  };

  const prepareChoices = () => all("[data-chooses]").forEach((field) => {
    const list = resultsOf(field);
    if (list) {
      list.id = `${field.id}-list`;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", field.labels[0].textContent);
    }
    optionsOf(field).forEach((option, number) => {
      option.id = `${list.id}-${number}`;
      option.setAttribute("role", "option");
      option.parentElement.setAttribute("role", "presentation");
    });
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", String(Boolean(list)));
    if (list) field.setAttribute("aria-controls", list.id);
    else field.removeAttribute("aria-controls");
    // A search for the same words brings the same results.
    mark(field, optionsOf(field).find((option) => addressOf(option) === marked));
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("[data-chooses]");
    if (!field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const options = optionsOf(field);
    const at = options.findIndex((option) => option.id === field.getAttribute("aria-activedescendant"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      // One step before the first and after the last option, none is marked.
      const next = (at + 1 + step + options.length + 1) % (options.length + 1) - 1;
      mark(field, options[next]);
    } else if (event.key === "Enter" && at >= 0) options[at].click();
    else if (event.key === "Escape" && at >= 0) mark(field);
    else return;
    event.preventDefault();
  });

  document.addEventListener("input", ({ target }) => { if (target.matches?.("[data-chooses]")) mark(target); });
  document.addEventListener("htmx:load", prepareChoices);
  prepareChoices();

  // Times, by the rule of panels/pages/times.py. A screen reader would read a live region again with every change.

  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const UNITS = [[3600, "h"], [60, "min"], [1, "s"]];
  const LIVE = "[aria-live], [role=status], [role=alert]";
  const ISO = /^(\d+)-(\d+)-(\d+)T(\d+:\d+):\d+([+-])(\d+):(\d+)$/;
  // By how much the clock of the server is ahead, in milliseconds.
  let ahead = 0;

  const written = (iso, now) => {
    const [, year, month, day, clock, sign, hours, minutes] = ISO.exec(iso);
    const offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60000;
    const isThisYear = new Date(now + offset).getUTCFullYear() === Number(year);
    return `${Number(day)} ${MONTHS[month - 1]}${isThisYear ? "" : ` ${year}`}, ${clock}`;
  };

  const distance = (iso, now) => {
    const seconds = Math.round((now - Date.parse(iso)) / 1000);
    const size = Math.abs(seconds);
    if (size < 10) return seconds >= 0 ? "just now" : "in a moment";
    if (size >= 86400) return written(iso, now);
    const [unit, name] = UNITS.find(([length]) => size >= length);
    const text = `${Math.floor(size / unit)}\u00a0${name}`;
    return seconds > 0 ? `${text} ago` : `in ${text}`;
  };

  const tick = () => {
    if (document.hidden) return;
    const now = Date.now() + ahead;
    for (const time of all("time[data-ago]")) {
      const text = distance(time.dateTime, now);
      if (text !== time.textContent && !time.closest(LIVE)) time.textContent = text;
    }
  };

  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const told = Date.parse(detail.xhr.getResponseHeader("Date") ?? "");
    // The header has whole seconds, and the answer was on its way. Less is no difference between the clocks.
    if (!Number.isNaN(told)) ahead = Math.abs(told - Date.now()) > 5000 ? told - Date.now() : 0;
  });

  let pointer = "mouse";
  document.addEventListener("pointerdown", ({ pointerType }) => { pointer = pointerType; }, true);
  document.addEventListener("click", (event) => {
    const time = pointer !== "mouse" && event.target.closest("time[title]");
    if (!time || time.closest("a, button, label, summary")) return;
    event.preventDefault();
    event.stopPropagation();
    toast(time.title);
  }, true);

  // Rows: a click opens the row, and shift-click selects a range.

  const controls = "a, button, input, label, select, textarea, summary, dialog";
  let lastBox;

  document.addEventListener("click", (event) => {
    const row = event.target.closest(".table--list tbody tr");
    if (!row) return;
    const box = event.target.closest("[data-select-row]");
    if (box) selectTo(box, event.shiftKey);
    else if (event.target.closest(".table__select")) row.querySelector("[data-select-row]")?.click();
    else if (!event.target.closest(controls) && !getSelection().toString()) {
      const { ctrlKey, metaKey } = event;
      const open = new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey });
      row.querySelector("a.table__open")?.dispatchEvent(open);
    }
  });

  const selectTo = (box, isRange) => {
    const boxes = all("[data-select-row]", box.closest("[data-selection]"));
    const ends = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((a, b) => a - b);
    if (isRange && ends[0] >= 0) boxes.slice(ends[0], ends[1] + 1).forEach((each) => { each.checked = box.checked; });
    lastBox = box;
  };

  // Selected rows are kept for this tab, over all pages of a list, until its filter changes. Each is kept with its
  // possible actions.

  const MOST = 1000;
  const keyOf = (box) => box.dataset.selection;
  const readSelected = (box) => {
    try {
      const { key, rows } = JSON.parse(sessionStorage.getItem("selected"));
      return new Map(key === keyOf(box) ? rows : []);
    } catch {
      // Nothing is stored yet, or something that this script did not write.
      return new Map();
    }
  };
  const storeSelected = (box, rows) => {
    sessionStorage.setItem("selected", JSON.stringify({ key: keyOf(box), rows: [...rows] }));
  };
  const endSelection = () => sessionStorage.removeItem("selected");

  const takeSelection = (box) => {
    const selected = readSelected(box);
    for (const row of all("[data-select-row]", box)) {
      if (!row.checked) selected.delete(row.value);
      else if (selected.size < MOST || selected.has(row.value)) selected.set(row.value, row.dataset.selectRow);
      else {
        row.checked = false;
        toast(`At most ${MOST.toLocaleString("en")} rows can be selected. Use “All … that match” for more.`, "bad");
      }
    }
    storeSelected(box, selected);
    showSelection(box);
  };

  const showSelection = (box) => {
    const selected = readSelected(box);
    const rows = all("[data-select-row]", box);
    rows.forEach((row) => {
      row.checked = selected.has(row.value);
      if (row.checked) selected.set(row.value, row.dataset.selectRow);
    });
    const here = rows.filter((row) => row.checked).length;
    for (const master of all("[data-select-all]", box)) {
      master.checked = here > 0 && here === rows.length;
      master.indeterminate = here > 0 && here < rows.length;
    }
    const elsewhere = selected.size - here;
    const others = elsewhere ? ` (${elsewhere.toLocaleString("en")} on other pages)` : "";
    all("[data-selected-bar]", box).forEach((bar) => { bar.hidden = selected.size === 0; });
    all("[data-selected-count]", box).forEach((place) => {
      place.textContent = `${selected.size.toLocaleString("en")} selected${others}`;
    });
    showPossible(box, selected);
  };

  const showPossible = (box, selected) => {
    const counts = new Map();
    for (const actions of selected.values()) {
      for (const action of actions.split(" ")) counts.set(action, (counts.get(action) ?? 0) + 1);
    }
    for (const button of all("[data-possible]", box)) {
      const number = counts.get(button.dataset.possible) ?? 0;
      const place = button.querySelector("[data-possible-count]");
      const of = `${number.toLocaleString("en")} of ${selected.size.toLocaleString("en")}`;
      button.hidden = number === 0;
      place.textContent = number < selected.size ? ` ${of}` : "";
    }
  };

  const showSelections = () => all("[data-selection]").forEach(showSelection);

  document.addEventListener("change", ({ target }) => {
    const box = target.closest("[data-selection]");
    if (!box || !target.matches("[data-select-all], [data-select-row]")) return;
    if (target.matches("[data-select-all]")) {
      all("[data-select-row]", box).forEach((row) => { row.checked = target.checked; });
    }
    takeSelection(box);
  });

  document.addEventListener("click", ({ target }) => {
    const box = target.closest("[data-select-none]")?.closest("[data-selection]");
    if (!box) return;
    storeSelected(box, []);
    showSelection(box);
  });

  // The rows on other pages are sent with the rows on this page.
  document.addEventListener("formdata", ({ target, formData }) => {
    if (!target.matches("[data-selection]")) return;
    const name = target.querySelector("[data-select-row]")?.name;
    const here = new Set(formData.getAll(name));
    if (name) readSelected(target).forEach((_, value) => { if (!here.has(value)) formData.append(name, value); });
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { elt: form } = detail.requestConfig;
    const { submitter } = detail.requestConfig.triggeringEvent ?? {};
    // A redirect is a success for which htmx does not say so.
    const isDone = detail.xhr.status >= 200 && detail.xhr.status < 400;
    if (isDone && [form, submitter].some((each) => each?.matches?.("[data-ends-selection]"))) endSelection();
  });

  // An outcome with an undo leaves after ten seconds, but not while a person is about to use it.

  const leave = (box) => setTimeout(() => {
    if (box.matches(":hover, :focus-within") || box.querySelector("[data-seconds]")) leave(box);
    else box.remove();
  }, 10000);

  // An outcome with an undo that is possible for some seconds goes with the last one: "It is queued" is then outdated.
  const countDown = (place) => {
    const until = Date.now() + Number(place.textContent) * 1000;
    const timer = setInterval(() => {
      const left = Math.ceil((until - Date.now()) / 1000);
      const form = place.closest("form");
      if (left > 0) place.textContent = left;
      else clearInterval(timer);
      if (left <= 0 && !form.hasAttribute("data-sent")) form.closest(".alert").remove();
    }, 200);
  };

  document.addEventListener("htmx:load", ({ target }) => {
    const boxes = target.matches(".alert--undo") ? [target] : all(".alert--undo", target);
    boxes.forEach(leave);
    boxes.flatMap((box) => all("[data-seconds]", box)).forEach(countDown);
  });

  // A new order is sent only at a price that is shown: for the values of now, not for those before the last change.

  const check = () => document.getElementById("check");
  const isPriced = () => check().querySelector("[data-price]") && !("outdated" in check().dataset);
  const askPrice = () => window.htmx.trigger(check(), "price");

  const showGate = () => {
    const button = document.querySelector("[data-needs-price]");
    if (!button || button.form.hasAttribute("data-sent")) return;
    if (isPriced()) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  };

  const outdate = () => {
    check().dataset.outdated = "";
    delete check().dataset.asked;
    showGate();
  };

  document.addEventListener("input", ({ target }) => {
    if (target.form?.id === "order-form") outdate();
  });
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.elt === check()) check().dataset.asked = "";
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    // The answer is about the values of now only if nothing was typed since the question.
    if (detail.target === check() && "asked" in check().dataset) delete check().dataset.outdated;
    showGate();
  });
  document.addEventListener("htmx:afterRequest", showGate);

  document.addEventListener("htmx:load", ({ target }) => {
    // A browser may bring back what was typed before the page was left.
    const fields = all("#order-form :is(input:not([type=hidden]), textarea)", target);
    if (fields.some(isTyped)) {
      outdate();
      askPrice();
    }
    showGate();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-needs-price]");
    if (!button || button.form.hasAttribute("data-sent") || isPriced()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    askPrice();
    toast(button.dataset.needsPrice);
  }, true);

  // Typed values, the focus, open menus and open details survive a polled fragment.

  let kept = { typed: new Map(), open: [], focus: "" };
  const words = (text) => text.replace(/\s+/g, " ").trim();

  const focusPath = () => {
    const { activeElement: focused } = document;
    if (!focused || focused.id || focused === document.body) return "";
    const marks = ["name", "value", "href"].filter((name) => focused.hasAttribute(name));
    if (!marks.length) return "";
    return focused.localName + marks.map((name) => `[${name}="${CSS.escape(focused.getAttribute(name))}"]`).join("");
  };

  const isPoll = ({ requestConfig }) => /\bevery\b/.test(requestConfig.elt.getAttribute("hx-trigger") ?? "");

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && isPoll(event.detail)) event.preventDefault();
  });

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target, xhr } = detail;
    const polled = isPoll(detail);
    const typed = polled ? all("input[id], textarea[id]", target).filter(isTyped) : [];
    // A part that a person is using is not replaced.
    if (polled && target.querySelector("dialog[open], details.menu[open]")) detail.shouldSwap = false;
    if (typed.includes(document.activeElement)) detail.shouldSwap = false;
    const fresh = polled && new DOMParser().parseFromString(xhr.responseText, "text/html");
    if (polled && detail.shouldSwap) {
      const gone = all("[data-gone]", target).filter((part) => !fresh.getElementById(part.id));
      gone.slice(0, 3).forEach((part) => toast(part.dataset.gone));
      if (gone.length > 3) toast(`And ${gone.length - 3} more.`);
    }
    // A screen reader would read an unchanged live region again.
    if (polled && target.matches("[aria-live]")) {
      all("[hx-swap-oob]", fresh).forEach((part) => part.remove());
      if (words(fresh.body.textContent) === words(target.textContent)) detail.swapOverride = "none";
    }
    kept = {
      typed: new Map(typed.map((field) => [field.id, field.value])),
      open: all("details[id][open]:not(.menu)", target).map((details) => details.id),
      focus: target.contains(document.activeElement) ? focusPath() : "",
    };
  });

  document.addEventListener("htmx:afterSwap", () => {
    kept.typed.forEach((value, id) => {
      const field = document.getElementById(id);
      if (field) field.value = value;
    });
    kept.open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (kept.focus && document.activeElement === document.body) document.querySelector(kept.focus)?.focus();
    showSelections();
  });

  // A row that a poll has changed or added is marked. The style sheet lets it flash once.

  const ROWS = "tbody tr[id]";
  let shown;

  // Relative times go on in every row.
  const contents = (row) => {
    const copy = row.cloneNode(true);
    all("time", copy).forEach((time) => time.remove());
    return words(copy.textContent);
  };

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    shown = isPoll(detail) && new Map(all(ROWS, detail.target).map((row) => [row.id, contents(row)]));
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const part = document.getElementById(detail.target.id);
    if (!shown || !part) return;
    all(ROWS, part).forEach((row) => row.toggleAttribute("data-changed", shown.get(row.id) !== contents(row)));
    shown = undefined;
  });

  // What was said before a part changed its state is overtaken: "It is being tested", and then the answer is there.

  let said = [];
  let stateBefore;
  const stateOf = (part) => all(".badge, progress:not([value])", part).map((each) => words(each.textContent)).join("|");

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { target } = detail;
    const isAbout = isPoll(detail) && target.matches("[data-overtakes]");
    said = isAbout ? all("#messages :is(.alert--success, .alert--info):not(.alert--undo)") : [];
    stateBefore = isAbout ? stateOf(target) : undefined;
  });

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const part = document.getElementById(detail.target.id);
    if (said.length && part && stateOf(part) !== stateBefore) {
      said.filter((message) => !message.matches(":focus-within")).forEach((message) => message.remove());
    }
    said = [];
  });

  // A list that a person filters, sorts or pages is dimmed until its rows arrive.

  const setBusy = ({ target }, isBusy) => {
    const list = target?.closest?.(".swappable");
    if (isBusy) list?.setAttribute("aria-busy", "true");
    else list?.removeAttribute("aria-busy");
  };

  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (!isPost(detail) && !isPoll(detail)) setBusy(detail, true);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => setBusy(detail, false));

  document.addEventListener("htmx:load", ({ target }) => {
    const fresh = [...(target.matches?.("dialog[data-open]") ? [target] : []), ...all("dialog[data-open]", target)];
    fresh.filter((dialog) => !dialog.open).forEach((dialog) => dialog.showModal());
  });

  showSelections();
})();
