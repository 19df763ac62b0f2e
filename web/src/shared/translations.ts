/** A code of a code list, with its labels by language. */
export interface Code {
  code: string;
  labels: Record<string, string>;
}

export const LANGUAGES = { en: "English", fr: "Français", es: "Español", ar: "العربية" } as const;
export type Language = keyof typeof LANGUAGES;
export type TextByLanguage = Record<Language, string>;

/** Choose the requested language, or the browser's, or English. */
export function chooseLanguage(requested: string | null): Language {
  const preferred = requested || (navigator.language.split("-")[0] ?? "");
  return preferred in LANGUAGES ? (preferred as Language) : "en";
}

/** The texts of a page, and labels of codes, in one language. */
export class Translations<Key extends string> {
  private readonly labels = new Map<string, Record<string, string>>();

  constructor(
    readonly language: string,
    private readonly texts: Record<Key, TextByLanguage>,
  ) {}

  /** Return the text of a key; `{name}` in it is replaced by the value of that name. */
  get(key: Key, values: Record<string, string | number> = {}): string {
    const text = this.texts[key][this.language as Language];
    return Object.entries(values).reduce((filled, [name, value]) => filled.replace(`{${name}}`, String(value)), text);
  }

  addCodes(list: string, codes: readonly Code[]): void {
    for (const { code, labels } of codes) this.labels.set(`${list}.${code}`, labels);
  }

  /** List the codes of a list that was added, in its order. */
  listCodes(list: string): string[] {
    const prefix = `${list}.`;
    return [...this.labels.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  getLabel(list: string, code: string): string {
    const labels = this.labels.get(`${list}.${code}`);
    return labels?.[this.language] ?? labels?.["en"] ?? code;
  }

  /** Format a calendar day, which has no time zone. */
  formatDay(day: string): string {
    const format = new Intl.DateTimeFormat(this.getLocale(), { dateStyle: "long", timeZone: "UTC" });
    return format.format(new Date(`${day}T00:00:00Z`));
  }

  /** Format a moment in the time zone of the browser. */
  formatMoment(moment: string): string {
    return new Intl.DateTimeFormat(this.getLocale(), { dateStyle: "medium", timeStyle: "short" }).format(
      new Date(moment),
    );
  }

  /** In English, too, the day comes before the month, as in the service's HTML pages. */
  private getLocale(): string {
    return this.language === "en" ? "en-GB" : this.language;
  }

  formatNumber(number: number): string {
    return new Intl.NumberFormat(this.language).format(number);
  }

  /** Format a share from 0 to 1 as a percentage. */
  formatShare(share: number): string {
    return new Intl.NumberFormat(this.language, { style: "percent", maximumFractionDigits: 1 }).format(share);
  }

  get direction(): "ltr" | "rtl" {
    return this.language === "ar" ? "rtl" : "ltr";
  }
}
