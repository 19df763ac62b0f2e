/** What a link from a page of items to one of them keeps: the day asked about, and the day of knowledge. */
const CLOCKS = ["datetime", "as_known_at"];

/** Address of the page of the item `id` of the items at `items`, on the same day. */
export function itemAddress(items: URL, id: string | number): string {
  const address = new URL(`${items.pathname.replace(/\/$/, "")}/${encodeURIComponent(id)}`, items);
  for (const clock of CLOCKS) {
    const value = items.searchParams.get(clock);
    if (value !== null) address.searchParams.set(clock, value);
  }
  return address.href;
}
