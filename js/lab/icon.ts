/** A picture with a warm spot: what the widgets draw. As plain data: a MIME extension's icon must not be more. */
export const ICON = {
  name: "xai-widgets:icon",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
<rect x="2" y="3" width="20" height="18" rx="3" fill="#31507b"/>
<circle cx="10" cy="13" r="6" fill="#b4544a"/><circle cx="10" cy="13" r="3" fill="#f4c95d"/></svg>`,
};
