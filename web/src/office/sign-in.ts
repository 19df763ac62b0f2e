import { element } from "../map/elements";
import { ServiceRefused } from "./refused";
import type { Session } from "./session";
import type { Week } from "./week";
import type { Words } from "./words";

/** The form to sign in with. `come` gets the week with which the service answers a good key. */
export function signInForm(words: Words, session: Session, come: (week: Week) => void): HTMLElement {
  const key = element("input", { type: "password", name: "key", required: "", autocomplete: "current-password", "aria-describedby": "key-help" });
  const remember = element("input", { type: "checkbox" });
  const failed = element("p", { class: "error", role: "alert" });
  const form = element(
    "form",
    { class: "sign-in" },
    // For whoever keeps passwords; the key alone says which office it is.
    element("input", { type: "text", name: "username", autocomplete: "username", value: "office", hidden: "" }),
    element("label", {}, element("span", {}, words.say("key")), key),
    element("p", { id: "key-help", class: "quiet" }, words.say("key_help")),
    element("label", { class: "tick" }, remember, words.say("remember")),
    element("p", {}, element("button", { type: "submit", class: "main" }, words.say("sign_in"))),
    failed,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    session.signIn(key.value.trim(), remember.checked);
    session.get<Week>("/office/week").then(come, (error: unknown) => {
      session.signOut();
      const isKnown = error instanceof ServiceRefused;
      failed.textContent = isKnown ? words.say("bad_key", { why: error.message }) : words.say("no_line");
    });
  });
  return form;
}
