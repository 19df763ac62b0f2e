type Attributes = Record<string, string>;

/** An element with attributes and children; texts become nodes, never markup, for names come from the files of others. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function button(label: string, pressed: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", pressed);
  return made;
}

/** A list to choose one of, with a label above it. */
export function choice(
  label: string,
  choices: [value: string, text: string][],
  chosen: string,
  changed: (value: string) => void,
): HTMLLabelElement {
  const select = element("select", {}, ...choices.map(([value, text]) => element("option", { value }, text)));
  select.value = chosen;
  select.addEventListener("change", () => changed(select.value));
  return element("label", {}, element("span", {}, label), select);
}

/** What is on or off, with a label beside it. */
export function tick(label: string, isOn: boolean, changed: (isOn: boolean) => void): HTMLLabelElement {
  const box = element("input", { type: "checkbox" });
  box.checked = isOn;
  box.addEventListener("change", () => changed(box.checked));
  return element("label", { class: "tick" }, box, element("span", {}, label));
}
