import "./office-page.css";

import { createConfirmView, listUnconfirmedPoints } from "./office/confirm/confirm-view";
import { Outbox } from "./office/service/outbox";
import { RefusedError } from "./office/service/refused-error";
import { Session } from "./office/service/session";
import type { Week } from "./office/service/week";
import { createSignInForm } from "./office/sign-in-form";
import { createDecisionForm } from "./office/submissions/decision-form";
import { SpreadsheetView } from "./office/submissions/spreadsheet-view";
import { SubmissionList } from "./office/submissions/submission-list";
import { createTabs, renameTab, type Tab } from "./office/tabs";
import { type Definitions, OfficeTranslations } from "./office/translations";
import { WeekView } from "./office/week/week-view";
import { createButton, createElement, createSelect } from "./shared/elements";
import { showExampleNotice } from "./shared/example-notice";
import { chooseLanguage, LANGUAGES } from "./shared/translations";

const LANGUAGE = "crossings-office-language";
/** The page of an office: a form to sign in, then tabs for its week, its spreadsheets and its submissions. */
class OfficePage {
  private readonly session: Session;
  private readonly definitions: Definitions;
  private readonly countries: [iso3: string, names: Record<string, string>][];
  /** The language of the URL, or the last one that was selected in this browser. */
  private requestedLanguage: string | null;
  private translations: OfficeTranslations;
  private outbox: Outbox | null = null;

  constructor(private readonly container: HTMLElement) {
    this.session = new Session(container.dataset["root"] ?? "");
    this.definitions = JSON.parse(document.getElementById("definitions")?.textContent ?? "{}") as Definitions;
    this.countries = Object.entries(JSON.parse(document.getElementById("countries")?.textContent ?? "{}"));
    this.requestedLanguage = new URLSearchParams(window.location.search).get("lang") ?? localStorage.getItem(LANGUAGE);
    this.translations = this.setLanguage(this.requestedLanguage);
  }

  open(): void {
    if (!this.session.isSignedIn) {
      this.showSignIn();
      return;
    }
    this.container.replaceChildren(createElement("p", {}, this.translations.get("working")));
    this.fetchWeek("").then(
      (week) => this.showWeek(week, ""),
      (error: unknown) => this.handleError(error),
    );
  }

  private fetchWeek(country: string): Promise<Week> {
    return this.session.get<Week>(`/office/week${country === "" ? "" : `?country=${country}`}`);
  }

  /** Show the error. A key that is no longer valid leads to the form; drafts stay in the browser. */
  private handleError(error: unknown): void {
    if (error instanceof RefusedError && error.status === 401) {
      this.session.signOut();
      this.showSignIn();
      return;
    }
    console.error(error);
    const why =
      error instanceof RefusedError
        ? this.translations.get("failed", { why: error.message })
        : this.translations.get("offline");
    this.container.replaceChildren(
      createElement("p", { class: "error", role: "alert" }, why),
      createButton(this.translations.get("try_now"), () => this.open()),
    );
  }

  private showSignIn(): void {
    const form = createSignInForm(this.translations, this.session, (week) => {
      if (this.requestedLanguage === null) this.translations = this.setLanguage(week.office.language);
      this.showWeek(week, "");
    });
    this.container.replaceChildren(
      createElement(
        "div",
        { class: "head" },
        createElement("h1", {}, this.translations.get("title")),
        this.createLanguageSelect(() => this.showSignIn()),
      ),
      form,
    );
    form.querySelector<HTMLInputElement>("input[name=key]")?.focus();
  }

  private showWeek(week: Week, country: string): void {
    const { translations, session } = this;
    const days = { first: translations.formatDay(week.week.first), last: translations.formatDay(week.week.last) };
    const head = createElement(
      "div",
      { class: "head" },
      createElement("h1", {}, week.office.name),
      createElement("p", { class: "quiet" }, `${translations.get("this_week")}: ${translations.get("week_of", days)}`),
      this.createCountrySelect(week, country),
      this.createLanguageSelect(() => this.showWeek(week, country)),
      createButton(translations.get("sign_out"), () => {
        session.signOut();
        // The unsent update stays in the browser until the office signs in again.
        this.outbox?.stop();
        this.outbox = null;
        this.showSignIn();
      }),
    );
    this.container.replaceChildren(head, createTabs(this.createViews(week, country)));
  }

  private createViews(week: Week, country: string): Tab[] {
    const { translations, session } = this;
    const sent = new SubmissionList(translations, session, "/submissions", "nothing_sent");
    const file = new SpreadsheetView(translations, session, country, () => undefined);
    const name = `crossings ${session.root || "/"} ${week.office.code}`;
    this.outbox ??= new Outbox(`${name} outbox`, session);
    const weekView = new WeekView(translations, session, week, `${name} draft ${country}`, this.outbox, () =>
      this.fetchWeek(country),
    );
    const officeTabs: Tab[] = [
      { id: "week", label: translations.get("this_week"), panel: weekView.element },
      { id: "file", label: translations.get("spreadsheet"), panel: file.element },
      { id: "sent", label: translations.get("sent"), panel: sent.element, onShow: () => void sent.show() },
    ];
    officeTabs.splice(1, 0, ...this.createConfirmTab(week));
    if (week.office.role === "office") return officeTabs;
    const waiting = new SubmissionList(
      translations,
      session,
      "/submissions?state=waiting",
      "nothing_waits",
      (submission, done) => createDecisionForm(translations, session, submission, done),
    );
    const review: Tab = {
      id: "review",
      label: translations.get("review"),
      panel: waiting.element,
      onShow: () => void waiting.show(),
    };
    return week.office.countries.length === 0 ? [review] : [...officeTabs, review];
  }

  /** Create the tab of points to confirm; none if no point waits to be confirmed. */
  private createConfirmTab(week: Week): Tab[] {
    const { translations, session } = this;
    const waiting = listUnconfirmedPoints(week).length;
    if (waiting === 0) return [];
    const names = new Map(this.countries.map(([iso3, names]) => [iso3, names[translations.language] ?? iso3]));
    const formatLabel = (points: number): string => translations.get("to_confirm", { points });
    const panel = createConfirmView(translations, session, week, names, (points) =>
      renameTab("confirm", formatLabel(points)),
    );
    return [{ id: "confirm", label: formatLabel(waiting), panel }];
  }

  /** Create the list of the office's countries; empty for an office of one country. */
  private createCountrySelect({ office, points }: Week, country: string): HTMLElement {
    if (office.countries.length < 2) return createElement("span", {});
    const names = new Map(this.countries);
    const listed = office.countries.map((iso3): [string, string] => [
      iso3,
      names.get(iso3)?.[this.translations.language] ?? iso3,
    ]);
    listed.sort(([, one], [, other]) => one.localeCompare(other));
    return createSelect(
      this.translations.get("country"),
      [["", this.translations.get(points.length > 0 ? "all_countries" : "choose_country")], ...listed],
      country,
      (iso3) => {
        this.fetchWeek(iso3).then(
          (week) => this.showWeek(week, iso3),
          (error: unknown) => this.handleError(error),
        );
      },
    );
  }

  private createLanguageSelect(onChange: () => void): HTMLElement {
    return createSelect(
      this.translations.get("language"),
      Object.entries(LANGUAGES),
      this.translations.language,
      (language) => {
        localStorage.setItem(LANGUAGE, language);
        this.requestedLanguage = language;
        this.translations = this.setLanguage(language);
        onChange();
      },
    );
  }

  private setLanguage(language: string | null): OfficeTranslations {
    const translations = new OfficeTranslations(chooseLanguage(language), this.definitions);
    document.documentElement.lang = translations.language;
    document.documentElement.dir = translations.direction;
    showExampleNotice(translations.language);
    return translations;
  }
}

const page = document.getElementById("office-page");
if (page !== null) new OfficePage(page).open();
