import { type Code, Translations } from "../shared/translations";
import translations from "./translations.json";

/** A column of a weekly update. */
export interface Column {
  name: string;
  labels: Record<string, string>;
  list: string | null;
}

export interface Definitions {
  columns: Column[];
  code_lists: Record<string, (Code & { group?: string })[]>;
}

/** The texts of the office's page, and labels of columns and codes, in one language. */
export class OfficeTranslations extends Translations<keyof typeof translations> {
  private readonly groups = new Map<string, string>();

  constructor(
    language: string,
    private readonly definitions: Definitions,
  ) {
    super(language, translations);
    for (const [list, codes] of Object.entries(definitions.code_lists)) this.addCodes(list, codes);
    for (const { code, group } of definitions.code_lists["operational_status"] ?? [])
      this.groups.set(code, group ?? "unknown");
  }

  getColumnLabel(name: string): string {
    const labels = this.definitions.columns.find((column) => column.name === name)?.labels;
    return labels?.[this.language] ?? labels?.["en"] ?? name;
  }

  /** Return the status group of an operational status. */
  getStatusGroup(status: string): string {
    return this.groups.get(status) ?? "unknown";
  }
}
