import { createElement } from "../shared/elements";

export interface Tab {
  id: string;
  label: string;
  panel: HTMLElement;
  onShow?: () => void;
}

/** Rename the tab. */
export function renameTab(id: string, label: string): void {
  const tab = document.getElementById(`tab-${id}`);
  if (tab !== null) tab.textContent = label;
}

/** Create tabs by the ARIA Authoring Practices: one is in the tab order, arrow keys move to the others. */
export function createTabs(tabs: Tab[]): HTMLElement {
  const buttons = tabs.map(({ id, label }) =>
    createElement("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` }, label),
  );
  const select = (place: number): void => {
    tabs.forEach(({ panel, onShow }, each) => {
      const isChosen = each === place;
      buttons[each]?.setAttribute("aria-selected", String(isChosen));
      buttons[each]?.setAttribute("tabindex", isChosen ? "0" : "-1");
      panel.hidden = !isChosen;
      if (isChosen) onShow?.();
    });
  };
  const list = createElement("div", { role: "tablist", class: "tabs" }, ...buttons);
  for (const [place, button] of buttons.entries()) button.addEventListener("click", () => select(place));
  list.addEventListener("keydown", (event) => {
    const direction = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (direction === undefined) return;
    const ahead = document.documentElement.dir === "rtl" ? -direction : direction;
    const now = buttons.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = (now + ahead + buttons.length) % buttons.length;
    select(next);
    buttons[next]?.focus();
  });
  for (const { id, panel } of tabs) {
    panel.id = `panel-${id}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${id}`);
  }
  select(0);
  return createElement("div", {}, list, ...tabs.map(({ panel }) => panel));
}
