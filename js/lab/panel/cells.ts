import type { ICodeCellModel } from "@jupyterlab/cells";
import type { NotebookPanel } from "@jupyterlab/notebook";

export const WIDGET_VIEW = "application/vnd.jupyter.widget-view+json";

/** How to go to the cell whose output shows a widget; null where there is none. */
export function cellOf(panel: NotebookPanel | null, model: string): (() => void) | null {
  const notebook = panel?.content;
  const found = notebook?.widgets.findIndex(
    (cell) => cell.model.type === "code" && shows(cell.model as ICodeCellModel, model),
  );
  if (!notebook || found === undefined || found < 0) return null;
  return () => {
    notebook.activeCellIndex = found;
    void notebook.scrollToItem(found, "smart");
  };
}

/** The model of the widget that is shown there; null where it is no output of the notebook. */
export function modelAt(panel: NotebookPanel, node: Element): string | null {
  const cell = panel.content.widgets.find((one) => one.node.contains(node));
  const area = node.closest(".jp-OutputArea-child");
  const place = [...(area?.parentElement?.children ?? [])].indexOf(area!);
  return cell && place >= 0 ? modelOf((cell.model as ICodeCellModel).outputs, place) : null;
}

function modelOf(outputs: ICodeCellModel["outputs"], place: number): string | null {
  const reference = outputs.get(place)?.data[WIDGET_VIEW] as { model_id?: string } | undefined;
  return reference?.model_id ?? null;
}

function shows({ outputs }: ICodeCellModel, model: string): boolean {
  return Array.from({ length: outputs.length }, (_, i) => modelOf(outputs, i)).includes(model);
}
