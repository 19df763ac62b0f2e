/** The parameters that a link from a page of items to one item copies: the day, and the moment of knowledge. */
const TIME_PARAMETERS = ["datetime", "as_known_at"];

/** Build the URL of the item `id` of the items at `items`, on the same day. */
export function buildItemUrl(items: URL, id: string | number): string {
  const url = new URL(`${items.pathname.replace(/\/$/, "")}/${encodeURIComponent(id)}`, items);
  for (const parameter of TIME_PARAMETERS) {
    const value = items.searchParams.get(parameter);
    if (value !== null) url.searchParams.set(parameter, value);
  }
  return url.href;
}
