import { element } from "../map/elements";
import { problemList, slowButton } from "./difference";
import type { Submission } from "./answer";
import { ServiceRefused } from "./refused";
import type { Session } from "./session";
import type { Words } from "./words";

type Done = (word: "was_published" | "was_returned") => void;

/** What a reviewer does with what waits: publish it, or send it back and say why. */
export function decision(words: Words, session: Session, { id }: Submission, done: Done): HTMLElement {
  const remark = element("textarea", { rows: "3", maxlength: "2000" });
  const failed = element("div", { role: "alert" });
  const decide = async (way: "publish" | "return", word: "was_published" | "was_returned"): Promise<void> => {
    try {
      const body = JSON.stringify({ remark: remark.value.trim() });
      await session.post(`/submissions/${id}/${way}`, body, { "Content-Type": "application/json" });
      done(word);
    } catch (error) {
      const why = error instanceof ServiceRefused ? words.say("failed", { why: error.message }) : words.say("no_line");
      const rows = error instanceof ServiceRefused ? (error.answer?.rows ?? []) : [];
      failed.replaceChildren(element("p", { class: "error" }, why), problemList(words, rows.flatMap(({ problems }) => problems ?? [])));
    }
  };
  const giveBack = async (): Promise<void> => {
    if (remark.value.trim() !== "") return decide("return", "was_returned");
    failed.replaceChildren(element("p", { class: "warning" }, words.say("remark_needed")));
    remark.focus();
  };
  return element(
    "div",
    { class: "decision" },
    element("label", {}, element("span", {}, words.say("remark")), remark),
    failed,
    slowButton(words, words.say("publish"), () => decide("publish", "was_published"), { class: "main" }),
    slowButton(words, words.say("return"), giveBack),
  );
}
