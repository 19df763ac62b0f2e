import { createElement } from "../shared/elements";
import { RefusedError } from "./service/refused-error";
import type { Session } from "./service/session";
import type { Week } from "./service/week";
import type { OfficeTranslations } from "./translations";

/** Create the form to sign in. `onSignIn` gets the week of the office, which the service returns for a valid key. */
export function createSignInForm(
  translations: OfficeTranslations,
  session: Session,
  onSignIn: (week: Week) => void,
): HTMLElement {
  const key = createElement("input", {
    type: "password",
    name: "key",
    required: "",
    autocomplete: "current-password",
    "aria-describedby": "key-help",
  });
  const remember = createElement("input", { type: "checkbox" });
  const errorText = createElement("p", { class: "error", role: "alert" });
  const form = createElement(
    "form",
    { class: "sign-in" },
    // For password managers; the key alone identifies the office.
    createElement("input", { type: "text", name: "username", autocomplete: "username", value: "office", hidden: "" }),
    createElement("label", {}, createElement("span", {}, translations.get("key")), key),
    createElement("p", { id: "key-help", class: "quiet" }, translations.get("key_help")),
    createElement("label", { class: "tick" }, remember, translations.get("remember")),
    createElement("p", {}, createElement("button", { type: "submit", class: "main" }, translations.get("sign_in"))),
    errorText,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    session.signIn(key.value.trim(), remember.checked);
    session.get<Week>("/office/week").then(onSignIn, (error: unknown) => {
      session.signOut();
      const isRefused = error instanceof RefusedError;
      errorText.textContent = isRefused
        ? translations.get("bad_key", { why: error.message })
        : translations.get("offline");
    });
  });
  return form;
}
