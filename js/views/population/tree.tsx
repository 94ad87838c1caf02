// A decision tree in place of the model, always beside how faithful it is.
import { useState } from "preact/hooks";
import { shade } from "../../core/embedding/shade";
import { hues, type Placed, pathTo, placed, step } from "../../core/population/tree";
import type { Node, Tree } from "../../core/population/types";
import { populationWords as said } from "../../core/population/words";
import { Button } from "../../dom/controls";
import { Fold } from "../../dom/fold";
import { useIds } from "../../dom/hooks";
import { Slider } from "../../dom/slider";
import { Live } from "../../panels/live";
import { Figure } from "./figure";
import type { View } from "./view";

const [LINE, WIDE, TALL, GAP, EDGE] = [46, 132, 38, 34, 4];
const LETTER = 6.7;
const DEEPEST = 6;
const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"];

function cut(text: string, room: number): string {
  const most = Math.floor(room / LETTER);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** How each answer is coloured: classes by their name, values from low to high. */
function colours(view: View, nodes: readonly Node[]): (node: Node) => string {
  if (!view.store.spec.valued) {
    const known = hues(nodes);
    return ({ answer }) => known.get(answer)!;
  }
  const values = nodes.map(({ answer }) => Number(answer));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return ({ answer }) => `rgb(${shade((Number(answer) - low) / (high - low || 1), view.theme.value).join(" ")})`;
}

function ruleOf(tree: readonly Placed[], at: number): string {
  const path = pathTo(tree, at).map((i) => tree[i]!.node);
  return said.rule(
    path.slice(1).map(({ condition }) => condition),
    tree[at]!.node.answer,
  );
}

function Drawing({ view, tree }: { view: View; tree: Tree }) {
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const ids = useIds("node", "hint");
  const nodes = placed(tree.nodes);
  const total = Math.max(1, tree.nodes[0]?.rows ?? 1);
  const depth = Math.max(0, ...tree.nodes.map((one) => one.depth));
  const leaves = tree.nodes.filter((one) => one.leaf).length;
  // As wide as there is room for, but never so narrow that nothing can be read: then it scrolls.
  const wide = Math.max(WIDE, Math.min(300, (width - 2 * EDGE - depth * GAP) / (depth + 1)));
  const colour = colours(view, tree.nodes);
  const here = cursor !== null && cursor < nodes.length ? cursor : null;
  const path = new Set(here === null ? [] : pathTo(nodes, here));
  const left = (one: Placed) => EDGE + one.node.depth * (wide + GAP);
  const middle = (one: Placed) => one.y * LINE + LINE / 2;
  const move = (event: KeyboardEvent) => {
    if (event.key === "Escape") setCursor(null);
    else if (KEYS.includes(event.key)) setCursor(here === null ? 0 : step(nodes, here, event.key));
    else return;
    event.preventDefault();
  };
  const told = here === null ? null : nodes[here]!.node;
  return (
    <>
      <Figure
        label={said.treeLabel}
        hint={ids.hint}
        active={here === null ? undefined : `${ids.node}-${here}`}
        width={2 * EDGE + (depth + 1) * wide + depth * GAP}
        height={Math.max(1, leaves) * LINE}
        onWidth={setWidth}
        onKey={move}
        onPoint={(to) => to || setCursor(null)}
      >
        {nodes.map((one, i) => {
          if (one.parent === null) return null;
          const parent = nodes[one.parent]!;
          const [x0, y0, x1, y1] = [left(parent) + wide, middle(parent), left(one), middle(one)];
          return (
            <path
              key={i}
              class={path.has(i) ? "xai-s-edge xai-s-edge-at" : "xai-s-edge"}
              stroke-width={1 + 11 * Math.sqrt(one.node.rows / total)}
              d={`M${x0} ${y0}C${x0 + GAP / 2} ${y0} ${x1 - GAP / 2} ${y1} ${x1} ${y1}`}
            />
          );
        })}
        <g role="tree" aria-label={said.topics.tree}>
          {nodes.map((one, i) => {
            const { node } = one;
            return (
              <g
                key={i}
                id={`${ids.node}-${i}`}
                role="treeitem"
                aria-level={node.depth + 1}
                aria-selected={i === here}
                aria-label={`${ruleOf(nodes, i)}, ${said.node(node.rows, node.rows / total)}`}
                class={path.has(i) ? "xai-s-node xai-s-node-at" : "xai-s-node"}
                transform={`translate(${left(one)} ${middle(one) - TALL / 2})`}
                onPointerEnter={() => setCursor(i)}
              >
                <rect class="xai-s-box" width={wide} height={TALL} rx={5} />
                <rect class="xai-s-hue" width={6} height={TALL} rx={3} fill={colour(node)} />
                <text class="xai-s-condition" x={14} y={15}>
                  {cut(node.condition || said.all, wide - 20)}
                </text>
                <text class={node.leaf ? "xai-s-answer xai-s-leaf" : "xai-s-answer"} x={14} y={31}>
                  {cut(node.answer, wide - 70)}
                </text>
                <text class="xai-s-tick" x={wide - 7} y={31} text-anchor="end">
                  {`${((100 * node.rows) / total).toFixed(node.rows / total < 0.1 ? 1 : 0)}%`}
                </text>
              </g>
            );
          })}
        </g>
      </Figure>
      <output class="xai-values" aria-live="polite" data-xai="readout">
        {told ? (
          <>
            <strong>{ruleOf(nodes, here!)}</strong>
            <span>{said.node(told.rows, told.rows / total)}</span>
            <span class="xai-faint">{said.pure(told.purity, view.store.spec.valued)}</span>
          </>
        ) : (
          <span class="xai-faint" id={ids.hint}>
            {said.treeHint}
          </span>
        )}
      </output>
    </>
  );
}

function Rules({ text }: { text: string }) {
  const [copied, setCopied] = useState("");
  return (
    <Fold name="rules" title={said.rules}>
      <pre class="xai-trace">{text}</pre>
      <Button
        text={copied === text ? said.copied : said.copy}
        onClick={() => navigator.clipboard?.writeText(text).then(() => setCopied(text))}
      />
    </Fold>
  );
}

export function TreeBody({ view }: { view: View }) {
  const { store } = view;
  const { status, answer } = store.lines.tree;
  const tree = answer.value?.tree;
  return (
    <>
      <div class="xai-tools xai-s-depth">
        <Live store={store}>
          <Slider
            label={said.depth}
            low={1}
            high={DEEPEST}
            step={1}
            rest={1}
            value={Number(status.value?.params.depth ?? 3)}
            shown={String(status.value?.params.depth ?? 3)}
            onInput={(depth) => store.ask("tree", [], { depth })}
          />
        </Live>
        {tree && (
          <p class="xai-s-fidelity" data-xai="fidelity" title={said.fidelityHint}>
            <strong>{said.fidelity(tree.measure, tree.fidelity)}</strong>{" "}
            <span class="xai-faint">{said.guess(tree.guess, tree.heldOut)}</span>
          </p>
        )}
      </div>
      {tree && tree.fidelity <= tree.guess && (
        <p class="xai-alert" data-xai="poor">
          {said.poor}
        </p>
      )}
      {tree && <Drawing view={view} tree={tree} />}
      {tree && <Rules text={tree.rules} />}
    </>
  );
}
