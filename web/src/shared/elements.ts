type Attributes = Record<string, string>;

/** Create an element. Texts become nodes, never markup, because names come from other people's files. */
export function createElement<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  created.append(...children);
  return created;
}

export function createButton(label: string, onPress: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const created = createElement("button", { type: "button", ...attributes }, label);
  created.addEventListener("click", onPress);
  return created;
}

/** Create a list to select one value from, with a label above it. */
export function createSelect(
  label: string,
  choices: [value: string, text: string][],
  selected: string,
  onChange: (value: string) => void,
): HTMLLabelElement {
  const select = createElement(
    "select",
    {},
    ...choices.map(([value, text]) => createElement("option", { value }, text)),
  );
  select.value = selected;
  select.addEventListener("change", () => onChange(select.value));
  return createElement("label", {}, createElement("span", {}, label), select);
}

/** Create a checkbox with a label beside it. */
export function createCheckbox(label: string, isOn: boolean, onChange: (isOn: boolean) => void): HTMLLabelElement {
  const box = createElement("input", { type: "checkbox" });
  box.checked = isOn;
  box.addEventListener("change", () => onChange(box.checked));
  return createElement("label", { class: "tick" }, box, createElement("span", {}, label));
}
