// The behaviour of pages beyond HTML and htmx, all by data attributes:
//   data-dialog="id" opens that <dialog>, data-close closes the one around it, <dialog data-open> opens as it arrives
//   data-toggle="id" shows and hides, data-dismiss removes the alert or toast around it
//   data-selection holds rows with data-select-row, a data-select-all, a data-selected-bar and a data-selected-count
//   data-gone="words" on a part with an id: a toast, when a polled fragment arrives without this part
//   data-needs-saved on a form: it is not sent while a form with data-unsaved="words" has values that are not saved
//   HX-Trigger: {"toast": {"text": "…", "kind": "good|bad"}} shows a toast
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Toasts

  const region = document.getElementById("toasts");
  const place = () => (document.querySelector("dialog:modal") ?? document.body).append(region);

  const toast = (text, kind = "info") => {
    if (!region || all("p", region).some((p) => p.textContent === text)) return;
    const box = document.createElement("div");
    box.className = `toast toast--${kind}`;
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
  document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail.kind));
  document.addEventListener("htmx:responseError", ({ detail }) => {
    const { status } = detail.xhr;
    const fallback = status < 500 ? "That was not possible. Nothing was changed." : lost(detail);
    toast(refusals[status] ?? fallback, "bad");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => toast(lost(detail), "bad"));
  }

  // One press, one request: a form is marked while it is being sent. Nothing is disabled, so the focus stays.

  const setSent = (form, sent) => {
    form.toggleAttribute("data-sent", sent);
    for (const button of all("button:not([type=button])", form)) {
      if (sent) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
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

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" && !form.matches("[hx-post]")) return;
    if (form.hasAttribute("data-sent")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      setSent(form, true);
    }
  }, true);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const form = detail.elt.closest?.("form[data-sent]");
    if (form) setSent(form, false);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => setSent(form, false)));

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

  document.addEventListener("keydown", ({ key, target }) => {
    const menu = key === "Escape" && target.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful && isPost(detail)) detail.elt.closest?.("dialog")?.close();
  });

  // Selected rows

  const showSelection = () => {
    for (const box of all("[data-selection]")) {
      const rows = all("[data-select-row]", box);
      const selected = rows.filter((row) => row.checked).length;
      for (const master of all("[data-select-all]", box)) {
        master.checked = selected > 0 && selected === rows.length;
        master.indeterminate = selected > 0 && selected < rows.length;
      }
      all("[data-selected-bar]", box).forEach((bar) => { bar.hidden = selected === 0; });
      all("[data-selected-count]", box).forEach((place) => { place.textContent = selected.toLocaleString("en"); });
    }
  };

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-select-all]")) {
      const box = target.closest("[data-selection]");
      all("[data-select-row]", box).forEach((row) => { row.checked = target.checked; });
    }
    showSelection();
  });

  // Selected rows, typed values, the focus and open menus survive a polled fragment.

  let kept = { rows: new Set(), typed: new Map(), focus: "" };
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
    const rows = isPost(detail) ? [] : all("[data-select-row]:checked");
    kept = {
      rows: new Set(rows.map((row) => row.value)),
      typed: new Map(typed.map((field) => [field.id, field.value])),
      focus: target.contains(document.activeElement) ? focusPath() : "",
    };
  });

  document.addEventListener("htmx:afterSwap", () => {
    all("[data-select-row]").forEach((row) => { row.checked ||= kept.rows.has(row.value); });
    kept.typed.forEach((value, id) => {
      const field = document.getElementById(id);
      if (field) field.value = value;
    });
    if (kept.focus && document.activeElement === document.body) document.querySelector(kept.focus)?.focus();
    showSelection();
  });

  document.addEventListener("htmx:load", ({ target }) => {
    const fresh = [...(target.matches?.("dialog[data-open]") ? [target] : []), ...all("dialog[data-open]", target)];
    fresh.filter((dialog) => !dialog.open).forEach((dialog) => dialog.showModal());
  });

  showSelection();
})();
