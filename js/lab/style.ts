import css from "./lab.css";

const ID = "xai-lab-style";

/** Puts our stylesheet on the page, once, whichever of the two extensions comes first. */
export function style(): void {
  if (document.getElementById(ID)) return;
  const sheet = document.createElement("style");
  sheet.id = ID;
  sheet.textContent = css;
  document.head.append(sheet);
}
