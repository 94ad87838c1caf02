// Which cell shows a widget, and which widget an output shows at a place, where boxes stand around several.
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import { expect, test } from "vitest";
import { cellOf, shownAt, WIDGET_VIEW } from "../lab/panel/cells";

interface Fake {
  node: { contains(one: unknown): boolean };
  children(): Iterator<Fake>;
}

/** A widget of the page, whose element is only around those of its children, and what it is a view of. */
function widget(children: Fake[] = [], view?: string, more: object = {}): Fake {
  const node: Fake["node"] = {
    contains: (one: unknown): boolean => one === node || children.some((c) => c.node.contains(one)),
  };
  const _view = view && { model: { model_id: view } };
  const made = { node, children: () => children[Symbol.iterator](), hasClass: () => false, _view, ...more };
  return made;
}

/** A notebook with one cell, which shows two views in a box. */
function boxed() {
  const outputs = { length: 1, get: () => ({ data: { [WIDGET_VIEW]: { model_id: "box" } } }) };
  const [left, right] = [widget([], "left"), widget([], "right")];
  const box = widget([left, right], "box");
  const area = widget([box], undefined, { hasClass: (name: string) => name === "jp-OutputArea", model: outputs });
  const cell = widget([area], undefined, { model: { type: "code", outputs } });
  const content = { widgets: [widget([], undefined, { model: { type: "markdown" } }), cell], scrollToItem: () => {} };
  const panel = { content } as unknown as NotebookPanel;
  const child = Object.assign(box.node, { parentElement: { children: [box.node] } });
  for (const one of [left, right, box]) Object.assign(one.node, { closest: () => child });
  return { panel, left, right, box, shell: widget([cell]) };
}

test("a view in a box is found by its own model, and by the cell that shows the box", () => {
  const { panel, left, right, box, shell } = boxed();
  const notebooks = { find: () => panel } as unknown as INotebookTracker;
  const at = (one: { node: object }) =>
    shownAt({ shell } as unknown as JupyterFrontEnd, notebooks, one.node as Element)?.model;
  expect([left, right, box].map(at)).toEqual(["left", "right", "box"]);
  for (const model of ["left", "right", "box"]) cellOf(panel, model)!();
  expect(panel.content.activeCellIndex).toBe(1);
  expect(cellOf(panel, "elsewhere")).toBeNull();
});
