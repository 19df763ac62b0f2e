import { createButton } from "../../shared/elements";
import type { OfficeTranslations } from "../translations";

/** Create a button that is disabled and shows "Working" while `onPress` runs. */
export function createSlowButton(
  translations: OfficeTranslations,
  label: string,
  onPress: () => Promise<void>,
  attributes: Record<string, string> = {},
): HTMLButtonElement {
  const created: HTMLButtonElement = createButton(label, () => void run(), attributes);
  const run = async (): Promise<void> => {
    created.disabled = true;
    created.textContent = translations.get("working");
    try {
      await onPress();
    } finally {
      created.disabled = false;
      created.textContent = label;
    }
  };
  return created;
}
