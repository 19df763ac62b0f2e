import "./office-page.css";

import { sayExample } from "./example-notice";
import { button, choice, element } from "./map/elements";
import { LANGUAGES, languageOf } from "./language";
import { confirmView, waitToBeConfirmed } from "./office/confirm-view";
import { decision } from "./office/decision";
import { FileView } from "./office/file-view";
import { Outbox } from "./office/outbox";
import { ServiceRefused } from "./office/refused";
import { Session } from "./office/session";
import { signInForm } from "./office/sign-in";
import { SubmissionList } from "./office/submission-list";
import { renameTab, tabs, type Tab } from "./office/tabs";
import type { Week } from "./office/week";
import { WeekView } from "./office/week-view";
import { Words, type Definitions } from "./office/words";

const LANGUAGE = "crossings-office-language";
/** The page of an office: signed out a form, signed in its week, its files and what it sent. */
class OfficePage {
  private readonly session: Session;
  private readonly definitions: Definitions;
  private readonly countries: [iso3: string, names: Record<string, string>][];
  /** The language of the address, or else the one that was last chosen here. */
  private asked: string | null;
  private words: Words;
  private outbox: Outbox | null = null;

  constructor(private readonly place: HTMLElement) {
    this.session = new Session(place.dataset["root"] ?? "");
    this.definitions = JSON.parse(document.getElementById("definitions")?.textContent ?? "{}") as Definitions;
    this.countries = Object.entries(JSON.parse(document.getElementById("countries")?.textContent ?? "{}"));
    this.asked = new URLSearchParams(window.location.search).get("lang") ?? localStorage.getItem(LANGUAGE);
    this.words = this.speak(this.asked);
  }

  open(): void {
    if (!this.session.isSignedIn) return this.showSignIn();
    this.place.replaceChildren(element("p", {}, this.words.say("working")));
    this.load("").then((week) => this.show(week, ""), (error: unknown) => this.failed(error));
  }

  private load(country: string): Promise<Week> {
    return this.session.get<Week>(`/office/week${country === "" ? "" : `?country=${country}`}`);
  }

  /** A key that is no good any more leads to the form; what was written stays in the browser. */
  private failed(error: unknown): void {
    if (error instanceof ServiceRefused && error.status === 401) {
      this.session.signOut();
      return this.showSignIn();
    }
    console.error(error);
    const why = error instanceof ServiceRefused ? this.words.say("failed", { why: error.message }) : this.words.say("no_line");
    this.place.replaceChildren(element("p", { class: "error", role: "alert" }, why), button(this.words.say("try_now"), () => this.open()));
  }

  private showSignIn(): void {
    const form = signInForm(this.words, this.session, (week) => {
      if (this.asked === null) this.words = this.speak(week.office.language);
      this.show(week, "");
    });
    this.place.replaceChildren(element("div", { class: "head" }, element("h1", {}, this.words.say("title")), this.languages(() => this.showSignIn())), form);
    form.querySelector<HTMLInputElement>("input[name=key]")?.focus();
  }

  private show(week: Week, country: string): void {
    const { words, session } = this;
    const days = { first: words.day(week.week.first), last: words.day(week.week.last) };
    const head = element(
      "div",
      { class: "head" },
      element("h1", {}, week.office.name),
      element("p", { class: "quiet" }, `${words.say("this_week")}: ${words.say("week_of", days)}`),
      this.countryOf(week, country),
      this.languages(() => this.show(week, country)),
      button(words.say("sign_out"), () => {
        session.signOut();
        // It stays in the browser, for when its office signs in again.
        this.outbox?.rest();
        this.outbox = null;
        this.showSignIn();
      }),
    );
    this.place.replaceChildren(head, tabs(this.views(week, country)));
  }

  private views(week: Week, country: string): Tab[] {
    const { words, session } = this;
    const sent = new SubmissionList(words, session, "/submissions", "nothing_sent");
    const file = new FileView(words, session, country, () => undefined);
    const name = `crossings ${session.root || "/"} ${week.office.code}`;
    this.outbox ??= new Outbox(`${name} outbox`, session);
    const writes = new WeekView(words, session, week, `${name} draft ${country}`, this.outbox, () => this.load(country));
    const own: Tab[] = [
      { id: "week", label: words.say("this_week"), panel: writes.element },
      { id: "file", label: words.say("spreadsheet"), panel: file.element },
      { id: "sent", label: words.say("sent"), panel: sent.element, shown: () => void sent.show() },
    ];
    own.splice(1, 0, ...this.toConfirm(week));
    if (week.office.role === "office") return own;
    const waiting = new SubmissionList(words, session, "/submissions?state=waiting", "nothing_waits", (submission, done) =>
      decision(words, session, submission, done),
    );
    const review: Tab = { id: "review", label: words.say("review"), panel: waiting.element, shown: () => void waiting.show() };
    return week.office.countries.length === 0 ? [review] : [...own, review];
  }

  /** Only where a point waits for it. */
  private toConfirm(week: Week): Tab[] {
    const { words, session } = this;
    const waiting = waitToBeConfirmed(week).length;
    if (waiting === 0) return [];
    const named = new Map(this.countries.map(([iso3, names]) => [iso3, names[words.language] ?? iso3]));
    const label = (points: number): string => words.say("to_confirm", { points });
    const panel = confirmView(words, session, week, named, (points) => renameTab("confirm", label(points)));
    return [{ id: "confirm", label: label(waiting), panel }];
  }

  /** Which of its countries, for an office of several. */
  private countryOf({ office, points }: Week, country: string): HTMLElement {
    if (office.countries.length < 2) return element("span", {});
    const named = new Map(this.countries);
    const listed = office.countries.map((iso3): [string, string] => [iso3, named.get(iso3)?.[this.words.language] ?? iso3]);
    listed.sort(([, one], [, other]) => one.localeCompare(other));
    return choice(this.words.say("country"), [["", this.words.say(points.length > 0 ? "all_countries" : "choose_country")], ...listed], country, (iso3) => {
      this.load(iso3).then((week) => this.show(week, iso3), (error: unknown) => this.failed(error));
    });
  }

  private languages(again: () => void): HTMLElement {
    return choice(this.words.say("language"), Object.entries(LANGUAGES), this.words.language, (language) => {
      localStorage.setItem(LANGUAGE, language);
      this.asked = language;
      this.words = this.speak(language);
      again();
    });
  }

  private speak(language: string | null): Words {
    const words = new Words(languageOf(language), this.definitions);
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
    sayExample(words.language);
    return words;
  }
}

const page = document.getElementById("office-page");
if (page !== null) new OfficePage(page).open();
