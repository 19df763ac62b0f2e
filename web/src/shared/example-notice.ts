/** Say the notice of example data, which the page has in every language, in this one. Gives its text; empty if there is none. */
export function showExampleNotice(language: string): string {
  const notice = document.getElementById("example-notice");
  if (notice === null) return "";
  notice.textContent = notice.dataset[language] ?? notice.textContent;
  notice.lang = language;
  notice.dir = language === "ar" ? "rtl" : "ltr";
  return notice.textContent;
}
