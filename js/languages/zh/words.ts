// What all views say.
import { percent, seconds, signed, whole } from "../../core/format";
import type { Words } from "../../core/words";

export const words: Words = {
  classNumber: (index) => `类别 ${index}`,
  output: (index) => `输出 ${index}`,

  why: "为什么是",
  ratherThan: "而不是",
  questionMark: "？",
  scores: (texts) => texts.join(" 对 "),
  waiting: "正在等待第一个回答",

  zoomIn: "放大",
  zoomOut: "缩小",
  readOut: (value) => signed(value),
  spoken: (parts) => parts.join("，"),
  value: "数值",

  legendStrength: "强度 |数值|",
  legendSigned: "反对 ◂ 0 ▸ 支持",
  legendClipped: "更大的数值取最末的颜色",
  legendMissing: "斜线：不是数字",
  legendLabel: (low, high) => `颜色从 ${low} 到 ${high}`,
  agreement: (correlation) => {
    if (Number.isNaN(correlation)) return "其中一张图只有一个数值，各处没有先后次序";
    const degree =
      correlation >= 0.7 ? "一致" : correlation >= 0.3 ? "部分一致" : correlation > -0.3 ? "不一致" : "相互矛盾";
    return `${degree}：秩相关 ${correlation < 0 ? "−" : ""}${Math.abs(correlation).toFixed(2)}`;
  },
  agreementApart: (share) => `平均相差 ${(100 * share).toFixed(0)} 位（满分 100 位）`,
  agreementHint:
    "两张图（按当前显示方式）的斯皮尔曼秩相关：1 表示各处次序相同，0 表示无关，−1 表示次序相反。无关的两张图平均相差 33 位（满分 100 位）。",
  agreementSigns: { both: "", positive: "只看支持该类的部分", negative: "只看反对该类的部分", absolute: "按强度" },
  agreementSoFar: "到目前为止",
  agreementWaits: "正在等待此问题的两张图",
  agreementNone: "没有任何位置在两张图中都有数值",
  unsigned: (method) => `${method}没有负值，另一种方法有。`,
  compareStrength: "按强度比较",
  compareFor: "比较支持该类的部分",
  prediction: "预测",
  predictionValue: "输出",
  explainClass: (label) => `解释 ${label}`,
  explained: "所解释的",
  foil: "相比较的",
  change: "与原输入相比的变化",
  delta: (by, value) => {
    const size = value ? signed(by) : `${by > 0 ? "+" : "−"}${(Math.abs(by) * 100).toFixed(1)}`;
    return `${by > 0 ? "▲" : "▼"} ${size}`;
  },
  deltaNone: "= 0.0",
  originalTick: "原输入的数值",
  percentagePoints: "变化（百分点）",

  question: "问题",
  mostLikely: "最可能的类别",
  mostLikelyIs: (name: string) => `${name}（最可能）`,
  nothingElse: "其他任何类别",
  searchClasses: "搜索类别",
  noClass: "没有叫这个名字的类别",
  moreClasses: (count) => `还有 ${whole(count)} 个：输入文字以缩小范围`,
  clear: "清除",

  method: "方法",
  methodPicker: "解释方法",
  compareWith: "比较对象",
  compareNone: "无",
  parametersOf: (title) => `${title}的参数`,
  parameterAuto: "自动",
  parameterDefault: "恢复默认值",
  searchLayers: "按名称或类型搜索层",
  noLayer: "没有叫这个名字的层。按 Enter 仍会请求它",
  moreLayers: (count) => `还有 ${whole(count)} 个：输入文字以缩小范围`,
  layersInside: (count) => `内含 ${whole(count)} 个`,
  layerReasons: { silent: "未运行", "no map": "无图" },
  layerWhy: {
    silent: "处理该输入时该层没有运行，或没有输出数值张量",
    "no map": "该层的输出没有高和宽，无法画成图",
  },
  chosenByItself: "自动选定",

  health: "这个模型适合被解释吗？",
  healthVerdicts: {
    ok: "适合：没有发现问题",
    note: "适合，但有一点需要知道",
    warning: "需谨慎：有些图可能误导",
    error: "不完全适合：有些图无法生成，或没有意义",
  },
  healthLooking: "正在检查模型",
  healthStopped: "检查没有做完",
  healthNoKernel: "检查由内核进行，而现在没有内核。",
  healthFailed: (why) => `无法进行检查：${why}`,
  healthCost: (forwards, backwards, s) => `${whole(forwards)} 次前向、${whole(backwards)} 次反向传播，${seconds(s)}`,
  severities: { ok: "正常", note: "提示", warning: "警告", error: "问题" },
  healthFine: (count) => `${count} 项检查没有发现问题`,
  healthWhere: "位置",
  healthAdvice: (advice) => `→ ${advice}`,
  healthTouches: (titles, of) =>
    titles.length === of ? "所有方法" : titles.length > 4 ? `${of} 种方法中的 ${titles.length} 种` : titles.join("、"),
  healthMethods: (final) => (final ? "各方法用于此模型" : "各方法用于此模型（就目前所知）"),
  soundness: { sound: "可靠", unsound: "存疑", impossible: "不可用" },
  doubtful: (title, reason) => `${title} ⚠ 在此存疑${reason && `：${reason}`}`,
  notPossible: (title, reason) => `${title}（${reason}）`,
  refused: (count) => `为什么有 ${count} 种方法不可选`,

  opacity: "不透明度",
  mass: "保留的归因",
  sign: "符号",
  signs: { both: "双向", positive: "支持", negative: "反对", absolute: "强度" },
  signHints: {
    both: "支持和反对的证据",
    positive: "只看支持该类的证据",
    negative: "只看反对该类的证据",
    absolute: "只看强弱，不论方向",
  },
  colormap: "配色",
  colormaps: { ember: "余烬", blue_orange: "蓝 – 橙", purple_orange: "紫 – 橙" },
  colormapForced: "此图只有一个方向，因此用“余烬”绘制",

  undo: "撤销",
  redo: "重做",
  reset: "重置",
  edited: "已改动",
  exactValue: (title) => `${title}，精确数值`,

  noKernel: "没有内核：显示上次保存的视图",
  savedPage: "这是保存的页面，不含模型：灰色的部分可在保存它的笔记本中使用。",
  needsModel: "需要模型",
  retry: "重试",
  busy: "内核忙，您的问题在等待",
  working: "正在计算",
  cancel: "取消",
  progress: (done, total) => `${whole(done)} / ${whole(total)}`,
  oldAnswers: {
    input: "这些是对先前输入的回答。",
    rules: "这些是按先前规则得到的回答。",
    question: "这些是对先前问题的回答。",
  },
  askAgain: "重新搜索",
  progressLabel: (what) => `${what}的进度`,
  left: (s) => `还需 ${seconds(s)}`,
  took: (s) => `用时 ${seconds(s)}`,
  error: (share) => (share === "unbounded" ? "误差暂无上界" : `误差 ±${percent(share)}`),
  errorHint: "热力图的估计相对误差",
  gap: (gap) => `完备性差距 ${signed(gap)}`,
  gapHint: "图中数值之和与应有之和的差",
  passes: (forwards, backwards) => `${whole(forwards)} 次前向、${whole(backwards)} 次反向传播`,
  partial: (fraction) => `部分结果，完成 ${percent(fraction, 0)}`,
  stale: "图仍是上一个问题的",
  cancelled: "已取消：保留部分结果",
  details: "错误追踪",
  dismiss: "关闭",
  badMessage: "无法读取内核的一条消息",
  mismatch: (browser, kernel) =>
    `视图版本是 ${browser}，内核运行的是 ${kernel}：请重新加载页面或重启内核，使两者一致。`,
  mismatchLab: (extension, kernel) =>
    `JupyterLab 的扩展版本是 ${extension}，内核运行的是 ${kernel}：请在两处安装同一版本，然后重新加载页面。`,
};
