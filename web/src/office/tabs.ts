import { element } from "../map/elements";

export interface Tab {
  id: string;
  label: string;
  panel: HTMLElement;
  shown?: () => void;
}

/** What the tab is called from now on. */
export function renameTab(id: string, label: string): void {
  const tab = document.getElementById(`tab-${id}`);
  if (tab !== null) tab.textContent = label;
}

/** Tabs as the ARIA Authoring Practices have them: one is in the order of tabbing, arrows go to the others. */
export function tabs(all: Tab[]): HTMLElement {
  const buttons = all.map(({ id, label }) =>
    element("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}` }, label),
  );
  const select = (place: number): void => {
    all.forEach(({ panel, shown }, each) => {
      const isChosen = each === place;
      buttons[each]?.setAttribute("aria-selected", String(isChosen));
      buttons[each]?.setAttribute("tabindex", isChosen ? "0" : "-1");
      panel.hidden = !isChosen;
      if (isChosen) shown?.();
    });
  };
  const list = element("div", { role: "tablist", class: "tabs" }, ...buttons);
  buttons.forEach((one, place) => one.addEventListener("click", () => select(place)));
  list.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (way === undefined) return;
    const ahead = document.documentElement.dir === "rtl" ? -way : way;
    const now = buttons.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = (now + ahead + buttons.length) % buttons.length;
    select(next);
    buttons[next]?.focus();
  });
  for (const { id, panel } of all) {
    panel.id = `panel-${id}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${id}`);
  }
  select(0);
  return element("div", {}, list, ...all.map(({ panel }) => panel));
}
