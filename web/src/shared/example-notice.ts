/** Show the page's notice of example data in this language. Returns its text, empty if the page has no notice. */
export function showExampleNotice(language: string): string {
  const notice = document.getElementById("example-notice");
  if (notice === null) return "";
  notice.textContent = notice.dataset[language] ?? notice.textContent;
  notice.lang = language;
  notice.dir = language === "ar" ? "rtl" : "ltr";
  return notice.textContent;
}
