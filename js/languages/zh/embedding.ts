// What the view of word vectors says.
import type { EmbeddingWords } from "../../core/embedding/words";
import { percent, short, whole } from "../../core/format";

export const embedding: EmbeddingWords = {
  titleWaits: "上下文中的词，平面图",
  title: (shown, total, features) =>
    `平面上的 ${whole(shown)} 个词${total > shown ? `（共 ${whole(total)} 个）` : ""}，每个 ${whole(features)} 个数`,

  map: (method, metric) => `词的布局：${method}，${metric}`,
  mapWaits: "正在布置各词",
  mapHelp: "方向键移到该方向的下一个词，Enter 选中它。加号、减号和 0 缩放，Shift 加方向键移动地图。Esc 离开该词。",
  hint: "指向一个词，或聚焦地图后用方向键。点击选中；拖动移动，Ctrl + 滚轮或双指缩放。",
  zoomFit: "显示全部词",
  plain: "此浏览器没有提供 WebGL，因此地图不响应鼠标；按键、这里的按钮和搜索照常可用。",
  projection: "投影",
  metric: "距离",
  metrics: { cosine: "余弦", euclidean: "欧氏" },
  metricHints: {
    cosine: "1 减去两个向量夹角的余弦：与长度无关",
    euclidean: "两个向量之差的长度",
  },

  legend: (k) => `每个词的 ${whole(k)} 个真实近邻中保留下来的`,
  legendEnds: (k) => ["0", "", whole(k)],
  recall: (share, k) => `平均保留了 ${whole(k)} 个最近邻中的 ${percent(share)}`,
  chance: (share) => `随机为 ${percent(share)}`,
  recallHint:
    "把每个词在所有维度上的最近词（限于所显示的词）与它在此图上的最近词相比。这里靠近的未必真近，真近的在这里也未必靠近。",
  keptOf: (kept, k) => `它的 ${whole(k)} 个真实近邻中有 ${whole(kept)} 个在这里也靠近`,
  spoken: (word, kept, k) => `${word}，保留 ${whole(k)} 个近邻中的 ${whole(kept)} 个`,
  linesKept: "在图上也靠近",
  linesLost: "被此图拉开",

  reading: "模型正在阅读文本",
  preparing: "正在寻找真实近邻",
  steps: (done, total) => `第 ${whole(done)} 步，共 ${whole(total)} 步`,
  stopped: (done, total) => `停在第 ${whole(done)} 步，共 ${whole(total)} 步`,

  search: "查找一个词",
  searchHint: "输入以在所显示的词中选择，或任何有向量的词",
  searchNone: "所显示的词中没有",
  lookUp: (word) => `查找“${word}”`,
  neighbours: "最近的词",
  neighboursOf: (word) => `最接近“${word}”`,
  neighboursNone: "选中一个词，看所有词中、按所有维度，哪些与它最近。",
  neighboursBy: { cosine: "余弦距离，0..2", euclidean: "欧氏距离" },
  similarity: (metric, distance) =>
    metric === "cosine" ? `余弦 ${short(1 - distance)}` : `相似度 1/(1+d) ${short(1 / (1 + distance))}`,
  number: (value) => (Math.abs(value) < 1000 ? value.toFixed(3) : short(value)).replace("-", "−"),
  offMap: "不在图上",
  go: (word, value, off) => `${word}，${value}${off ? "，不在图上" : ""}`,

  analogy: "类比",
  analogySay: "按 3CosAdd：与 b − a + c 余弦最大的词，每个向量长度为 1。所给的三个词不计。",
  analogyParts: ["a", "b", "c"],
  isTo: "之于",
  as: "如同",
  what: "之于 …",
  analogySwap: "交换 a 和 b",
  analogyList: (a, b, c) => `“${a}”之于“${b}”，如同“${c}”之于`,

  agreement: "与人的判断是否一致",
  agreementSay: (pairs) => `由人评判过的 ${whole(pairs)} 对词：向量也认为同样的词对相似吗？`,
  correlation: (value) => (value === null ? "没有可比的次序" : `秩相关 ${value.toFixed(2)}`.replace("-", "−")),
  interval: ([low, high]) => `95% 区间 ${low.toFixed(2)} 至 ${high.toFixed(2)}`.replaceAll("-", "−"),
  compared: (n) => `比较了 ${whole(n)} 对`,
  missing: (n) => `略去 ${whole(n)} 对：有词没有向量`,
  unknown: (list) => `没有向量的词：${list.join("、")}`,
  apart: "分歧最大之处",
  apartOf: (people, vectors) => `人排在 ${Math.round(100 * people)}，向量排在 ${Math.round(100 * vectors)}（满分 100）`,
  separation: "同组的词是否聚在一起？",
  separationSay: (groups) => `${whole(groups)} 组词：与随机分配标签相比，词是否离自己的组比离其他任何组更近？`,
  separationVerdict: (together) => (together ? "是，超过偶然。" : "不超过偶然。"),
  separationNone: "没有两组各含至少两个有向量的词。",
  silhouette: (value) => `轮廓系数 ${value.toFixed(2)}`.replace("-", "−"),
  silhouetteHint:
    "每个词：它到自己组的平均距离比到最近的其他组近多少；1 表示相距很远，0 表示在边界上，小于 0 表示离另一组更近",
  dealt: ([low, high]) => `随机为 ${low.toFixed(2)} 至 ${high.toFixed(2)}`.replaceAll("-", "−"),
  grouped: (n) => `${whole(n)} 个词`,
  ungrouped: (n) => `未计入 ${whole(n)} 个：没有向量，或组内仅此一词`,
  astray: "离另一组更近",
  astrayOf: (own, other) => `属于 ${own}，更近 ${other}`,
  agreementHint: "斯皮尔曼秩相关：1 表示词对次序相同，0 表示无关，−1 表示次序相反",
};
