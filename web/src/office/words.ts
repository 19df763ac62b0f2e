import { Texts, type Code } from "../language";
import words from "./words.json";

/** A column of a weekly update, as the service defines it. */
export interface Column {
  name: string;
  labels: Record<string, string>;
  list: string | null;
}

export interface Definitions {
  columns: Column[];
  code_lists: Record<string, (Code & { group?: string })[]>;
}

/** Texts of the office's page, and labels of columns and codes, in one language. */
export class Words extends Texts<keyof typeof words> {
  private readonly groups = new Map<string, string>();

  constructor(
    language: string,
    private readonly definitions: Definitions,
  ) {
    super(language, words);
    for (const [list, codes] of Object.entries(definitions.code_lists)) this.learn(list, codes);
    for (const { code, group } of definitions.code_lists["operational_status"] ?? []) this.groups.set(code, group ?? "unknown");
  }

  column(name: string): string {
    const labels = this.definitions.columns.find((column) => column.name === name)?.labels;
    return labels?.[this.language] ?? labels?.["en"] ?? name;
  }

  /** The status group of an operational status. */
  group(status: string): string {
    return this.groups.get(status) ?? "unknown";
  }
}
