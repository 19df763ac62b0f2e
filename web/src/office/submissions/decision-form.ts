import { createElement } from "../../shared/elements";
import { createProblemList } from "../form/problem-list";
import { createSlowButton } from "../form/slow-button";
import type { Submission } from "../service/answer";
import { RefusedError } from "../service/refused-error";
import type { Session } from "../service/session";
import type { OfficeTranslations } from "../translations";

type OnDone = (word: "was_published" | "was_returned") => void;

/** Create the form with which a reviewer publishes a waiting submission, or returns it with a remark. */
export function createDecisionForm(
  translations: OfficeTranslations,
  session: Session,
  { id }: Submission,
  onDone: OnDone,
): HTMLElement {
  const remark = createElement("textarea", { rows: "3", maxlength: "2000" });
  const errors = createElement("div", { role: "alert" });
  const decide = async (action: "publish" | "return", word: "was_published" | "was_returned"): Promise<void> => {
    try {
      const body = JSON.stringify({ remark: remark.value.trim() });
      await session.post(`/submissions/${id}/${action}`, body, { "Content-Type": "application/json" });
      onDone(word);
    } catch (error) {
      const why =
        error instanceof RefusedError
          ? translations.get("failed", { why: error.message })
          : translations.get("offline");
      const rows = error instanceof RefusedError ? (error.answer?.rows ?? []) : [];
      errors.replaceChildren(
        createElement("p", { class: "error" }, why),
        createProblemList(
          translations,
          rows.flatMap(({ problems }) => problems ?? []),
        ),
      );
    }
  };
  const returnSubmission = async (): Promise<void> => {
    if (remark.value.trim() !== "") return decide("return", "was_returned");
    errors.replaceChildren(createElement("p", { class: "warning" }, translations.get("remark_needed")));
    remark.focus();
  };
  return createElement(
    "div",
    { class: "decision" },
    createElement("label", {}, createElement("span", {}, translations.get("remark")), remark),
    errors,
    createSlowButton(translations, translations.get("publish"), () => decide("publish", "was_published"), {
      class: "main",
    }),
    createSlowButton(translations, translations.get("return"), returnSubmission),
  );
}
