// A file that the browser saves.

export function saveAs(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

export function saveTable(name: string, text: string): void {
  saveAs(name, new Blob([text], { type: "text/csv;charset=utf-8" }));
}
