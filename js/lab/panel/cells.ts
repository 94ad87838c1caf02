import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { Cell, ICodeCellModel } from "@jupyterlab/cells";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { Widget } from "@lumino/widgets";

type Outputs = ICodeCellModel["outputs"];
type Area = Widget & { model: Outputs };
/** As ipywidgets puts views into JupyterLab. */
type View = Widget & { _view?: { model?: { model_id?: string } } };

export const WIDGET_VIEW = "application/vnd.jupyter.widget-view+json";

/** How to go to the cell whose output shows a widget; null where there is none. */
export function cellOf(panel: NotebookPanel | null, model: string): (() => void) | null {
  const notebook = panel?.content;
  const found = notebook?.widgets.findIndex(
    (cell) => cell.model.type === "code" && (shows(cell.model as ICodeCellModel, model) || views(cell, model)),
  );
  if (!notebook || found === undefined || found < 0) return null;
  return () => {
    notebook.activeCellIndex = found;
    void notebook.scrollToItem(found, "smart");
  };
}

/** The widget that is shown there, by its model, and its notebook; null where it is no output of one. */
export function shownAt(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker,
  node: Element,
): { panel: NotebookPanel; model: string } | null {
  const child = node.closest(".jp-OutputArea-child");
  const outputs = child && outputsAt([app.shell], child);
  if (!outputs) return null;
  // An output may have a view of its own, beside its notebook.
  const has = ({ model }: Cell) => model.type === "code" && (model as ICodeCellModel).outputs === outputs;
  const panel = notebooks.find(({ content }) => content.widgets.some(has));
  const model = viewedAt([app.shell], node) ?? modelOf(outputs, [...child.parentElement!.children].indexOf(child));
  return panel && model ? { panel, model } : null;
}

/** What the output area around a node shows. */
function outputsAt(widgets: Iterable<Widget>, node: Element): Outputs | null {
  for (const one of widgets) {
    if (!one.node.contains(node)) continue;
    return one.hasClass("jp-OutputArea") ? (one as Area).model : outputsAt(one.children(), node);
  }
  return null;
}

/** The model that a widget is a view of. An output names the outermost one, which may be a box of several. */
function viewed(widget: Widget): string | null {
  return (widget as View)._view?.model?.model_id ?? null;
}

/** The innermost one whose view is around a node. */
function viewedAt(widgets: Iterable<Widget>, node: Element): string | null {
  for (const one of widgets) if (one.node.contains(node)) return viewedAt(one.children(), node) ?? viewed(one);
  return null;
}

/** Whether there is a view of a model in a widget. */
function views(widget: Widget, model: string): boolean {
  return viewed(widget) === model || [...widget.children()].some((one) => views(one, model));
}

function modelOf(outputs: Outputs, place: number): string | null {
  const reference = outputs.get(place)?.data[WIDGET_VIEW] as { model_id?: string } | undefined;
  return reference?.model_id ?? null;
}

function shows({ outputs }: ICodeCellModel, model: string): boolean {
  return Array.from({ length: outputs.length }, (_, i) => modelOf(outputs, i)).includes(model);
}
