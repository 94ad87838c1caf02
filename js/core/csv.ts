// Tables that any program can read.

/** RFC 4180; what a spreadsheet would take for a formula is led by an apostrophe. */
function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(lines: readonly (readonly (string | number | null)[])[]): string {
  return `${lines.map((line) => line.map(field).join(",")).join("\r\n")}\r\n`;
}
