/** Puts a stylesheet on the page, once. */
export function style(name: string, css: string): void {
  const id = `xai-lab-${name}`;
  if (document.getElementById(id)) return;
  const sheet = document.createElement("style");
  sheet.id = id;
  sheet.textContent = css;
  document.head.append(sheet);
}
