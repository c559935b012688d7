// Passkeys. Each <form data-passkey="kind"> has a button #use-passkey and a hidden field for what the device answers.
// The scripts of allauth talk to the device, and this one connects them with the forms of this site.
(() => {
  "use strict";
  const reasons = {
    InvalidStateError: "This device already has a passkey for your account.",
    NotAllowedError: "No passkey was used. Try again, or choose another way.",
    SecurityError: "Passkeys need a host name. Open the dashboard by its name instead of its IP address, for example localhost.",
  };
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const text = reasons[event.detail.exception.name] ?? "The passkey could not be used. Reload the page and try again.";
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind: "bad" } }));
  });
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const { credential, passwordless } = form.elements;
    const button = "use-passkey";
    // Each kind knows the button by another name. The options of a sign-in are fetched instead.
    const ids = { add: button, authenticate: button, login: button, credential: credential.id, passwordless: passwordless?.id };
    if (document.getElementById("passkey-options")) ids.data = "passkey-options";
    window.allauth.webauthn.forms[form.dataset.passkey]({ ids });
  }
})();
