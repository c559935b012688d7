// A button with data-copies="id" copies the text of that field, or selects it, and says so. Without scripts it stays hidden.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copies);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        // Without HTTPS there is no clipboard, so the person copies the selected text.
        button.textContent = "Selected. Press Ctrl+C.";
        return;
      }
      button.textContent = "Copied";
    });
  }
})();
