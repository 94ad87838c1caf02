// What the view of pictures says.
import { percent, short, whole } from "../../core/format";
import type { ImageWords } from "../../core/image/words";

export const image: ImageWords = {
  title: "图像解释",
  stage: "带热力图的照片",
  stageHelp:
    "方向键移动光标，按住 Shift 每次移动十个像素。Enter 键按光标处的数值调整颜色范围。加号、减号和 0 缩放。Esc 键离开光标。使用画笔时，空格键涂抹。",
  stageLabel: (method, label) => `照片，叠加 ${label} 的${method}热力图`,
  stageEmpty: "照片，尚无热力图",
  inspect: "查看",
  brush: "画笔",
  pointerMode: "指针",
  zoomFit: "适应照片大小",
  zoom: (zoom) => `${Math.round(zoom * 100)}%`,
  zoomHint: "Ctrl + 滚轮或双指缩放，拖动可移动",
  layout: "布局",
  layouts: { single: "单图", curtain: "卷帘", beside: "并排", disagreement: "分歧" },
  layoutHints: (layout, comparing) => {
    if (layout === "single") return "只显示热力图";
    if (layout === "disagreement") return comparing ? "两种方法对像素排序不同之处" : "请先选择要比较的方法";
    const what = comparing ? "两种方法" : "照片与热力图";
    return layout === "curtain" ? `拖动卷帘比较${what}` : `并排比较${what}`;
  },
  curtainHandle: "卷帘位置",
  original: "原图",
  disagreement: "分歧",
  disagreementLabel: (a, b) => `照片，显示 ${a} 与 ${b} 的名次之差`,

  readOutHint: "指向热力图，或聚焦后用方向键读取数值。点击可按该数值调整颜色范围。",
  meanAround: "此像素周围的均值",
  noNumber: "不是数字",
  rank: (rank, of) => `第 ${whole(rank)} 名，共 ${whole(of)}`,
  percentile: (share) => `高于 ${percent(share)}`,
  position: (x, y) => `x ${x}，y ${y}`,
  outside: "在模型视野之外",
  rescaled: (scale) => `颜色范围已调整为 ±${short(scale)}`,
  rescaleReset: "重置",

  agreementOver: (pixels) => `共 ${whole(pixels)} 个像素`,
  agreementSmoothed: "平滑之后",
  disagreementOf: (a, b) => `百位名次：${a} 减 ${b}`,
  higherBy: (method) => `${method}排得更高`,
  points: (value) => `${value > 0 ? "+" : "−"}${Math.abs(value)}`,
  differenceNone: "名次相同",
  apart: (difference) => `相差 ${difference}`,
  difference: (points) => {
    const size = Math.abs(points).toFixed(0);
    return `${size === "0" ? "" : points > 0 ? "+" : "−"}${size} 位`;
  },
  place: (share) => `百位中第 ${(100 * share).toFixed(1)} 位`,
  differenceHint: "指向热力图，或聚焦后用方向键，读取每种方法把像素排在什么位置：0 最低，100 最高。",

  reading: "读图",
  massHint: "保留最强的像素，它们合计占全图 |数值| 总和的这个份额",
  kept: (share, pixels, all) => `${percent(share)}，在 ${whole(all)} 个像素中的 ${whole(pixels)} 个里`,
  smoothing: "平滑",
  smoothingHint: "把每个像素读作其周围的均值。证据只移动几个像素，不增不减；0 表示原样显示",
  smoothingAt: (sigma) => (sigma === 0 ? "关" : `${short(sigma)} px`),
  smoothingChosen: (sigma) => (sigma > 0 ? "自动：不平滑时此图只是斑点" : "自动：此图本身已平滑"),
  smoothingAuto: "恢复自动",
  editing: "改动照片",
  radius: "画笔半径",
  fill: "画笔填充",
  fills: { mean: "平均颜色", blur: "模糊", noise: "噪声", colour: "颜色" },
  colour: "画笔颜色",
  pixels: "px",
  strokes: (count) => `${count} 笔`,
  covered: "已遮盖搜索所得的区域",

  searchSay: "寻找要得到另一个答案，当前照片需要有什么不同。",
  searchWay: "途径",
  ways: {
    cover: "遮盖区域",
    other: "采用另一张照片的区域",
    smooth: "柔和改变颜色",
    latent: "改变解码器的编码",
  },
  waySentences: {
    cover: "寻找最少需要遮盖的区域。",
    other: "寻找最少需要换成另一张照片同一位置内容的格子。",
    smooth: "在柔和的颜色变化中沿梯度搜索。经不起模糊、少量噪声或 JPEG 压缩的，只是针对此模型的噪声，不予显示。",
    latent: "从解码器由此照片编码生成的图片出发，在它能生成的图片中沿梯度搜索。",
  },
  wayClosed: (way, reason) => `${way}：${reason}`,
  other: "另一张照片",
  otherChoose: "选择文件",
  otherNone: "需属于另一类别：尚未选择。",
  otherReading: "正在读取",
  otherPython: "在 Python 中给出",
  otherSays: (name, label) => `模型判为 ${label}（${name}）`,
  otherBad: (name) => `${name} 无法作为图片读取，或大于 50 MB。`,
  searchAnyOther: "另一张照片的类别",
  searchFill: "遮盖方式",
  searchMost: "最多区域",
  searchShow: "显示这张照片",
  searchBeside: "并排显示改变前后",
  before: "之前",
  beforeDecoded: "之前（由解码器生成）",
  after: "之后",
  changed: "差别",
  times: (count) => (count === 1 ? "原强度" : `放大 ${count} 倍`),
  searchMoved: (label, before, after) => `${label} ${before} → ${after}`,
  searchRegions: (count, area) => `${whole(count)} 个区域，占照片的 ${percent(area)}`,
  searchStrength: (distance, area) => `平均改变 ${percent(distance)}，最强处占照片的 ${percent(area)}`,
  searchSurvives: (copies) => `3 份看起来相同的副本中 ${copies} 份保持此答案`,
  searchSurvivesHint: "略微模糊、略带噪声、按 JPEG 压缩",
};
