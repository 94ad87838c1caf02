// Light or dark, whatever the host: the reader's own colours, then its marks, then the colour behind the widget.

export type Theme = "light" | "dark";

function luminance(colour: string): number | null {
  const parts = colour.match(/[\d.]+/g)?.map(Number);
  if (!parts || parts.length < 3 || parts[3] === 0) return null;
  return (0.2126 * parts[0]! + 0.7152 * parts[1]! + 0.0722 * parts[2]!) / 255;
}

const DARK = "(prefers-color-scheme: dark)";
const FORCED = "(forced-colors: active)";

/** What an element stands on. */
export function themeOf(el: Element): Theme {
  // Whatever the page says, it is painted in the colours that the reader has chosen for all pages.
  if (matchMedia(FORCED).matches) return matchMedia(DARK).matches ? "dark" : "light";
  const { body, documentElement: html } = document;
  const lab = body.dataset.jpThemeLight;
  if (lab) return lab === "false" ? "dark" : "light";
  const marks = `${body.className} ${html.className} ${html.getAttribute("theme") ?? ""} ${html.dataset.theme ?? ""}`;
  // The light one of VS Code's high contrasts bears the mark of the dark one as well.
  if (marks.includes("vscode-high-contrast-light")) return "light";
  if (/\b(vscode-high-contrast|dark)\b/.test(marks)) return "dark";
  if (/\blight\b/.test(marks)) return "light";
  for (let at = el.parentElement; at; at = at.parentElement) {
    const light = luminance(getComputedStyle(at).backgroundColor);
    if (light !== null) return light < 0.5 ? "dark" : "light";
  }
  return getComputedStyle(html).colorScheme.startsWith("dark") ? "dark" : "light";
}

/** Calls back now and at every change of theme. Returns how to stop. */
export function watchTheme(el: Element, changed: (theme: Theme) => void): () => void {
  const tell = () => changed(themeOf(el));
  const observer = new MutationObserver(tell);
  const options = {
    attributes: true,
    attributeFilter: ["class", "style", "theme", "data-theme", "data-jp-theme-light", "data-jp-theme-name"],
  };
  observer.observe(document.body, options);
  observer.observe(document.documentElement, options);
  const queries = [DARK, FORCED].map((q) => matchMedia(q));
  for (const query of queries) query.addEventListener("change", tell);
  tell();
  return () => {
    observer.disconnect();
    for (const query of queries) query.removeEventListener("change", tell);
  };
}
