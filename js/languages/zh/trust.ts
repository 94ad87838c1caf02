// What is said of how far a map can be trusted.
import { short } from "../../core/format";
import type { TrustWords } from "../../core/trust/words";

const VERDICTS: Record<string, string> = {
  "no better than random": "不比随机更好",
  "nothing was checked": "没有做任何检验",
  "unstable between seeds": "随种子变化，不稳定",
  "unstable between halves": "两半数据之间不稳定",
  "not sensitive to the model": "不随模型变化",
  "of a model that is no better than a guess": "所属模型不比猜测更好",
};

export const trust: TrustWords = {
  panel: "这个结果可信吗？",
  passes: (passed, checked) => `通过 ${checked} 项检验中的 ${passed} 项`,
  verdict: (said, count) => VERDICTS[said] ?? count,
  waits: "等待其完成",
  measuring: "正在测量",
  stopped: "没有测量完",
  failed: (why) => `无法测量：${why}`,
  marks: { yes: "通过", no: "未通过", none: "仅供参考" },
  noValue: "此处无法得到",
  random: (value) => `随机 ${short(value)}`,
  better: { higher: "越高越好", lower: "越低越好" },
  range: (low, high) =>
    low === null
      ? high === null
        ? "任意数值"
        : `最大 ${short(high)}`
      : high === null
        ? `不小于 ${short(low)}`
        : `从 ${short(low)} 到 ${short(high)}`,
  curves: {
    "this map": "此图",
    "random order": "随机次序",
    "edge detector": "边缘检测",
    position: "位置",
    "rank correlation": "秩相关",
  },
  axes: {
    deletion: "横轴：遮住多少。纵轴：模型的输出。",
    insertion: "横轴：显示多少。纵轴：模型的输出。",
    road: "横轴：遮住多少。纵轴：模型的输出。",
    randomisation: "横轴：重新随机化的层数。纵轴：与原图的相似程度。",
  },
  curvesOf: (title, means) =>
    `${title} 的曲线。平均值：${means.map(([name, mean]) => `${name} ${short(mean)}`).join("，")}`,
  greyed: (method, verdict) => `${method}：${verdict}。以灰色显示。`,
  anyway: "仍然显示",

  trial: "各方法并列比较",
  trialHint: "向每种方法提同一个问题：正在显示的方法用其设置，其余用默认值。",
  measure: (count) => `测量 ${count} 种方法`,
  all: "全选",
  none: "全不选",
  note: (method, said) => `${method}：${said}`,
  checks: "结论",
  save: "保存为 CSV",
  columns: ["方法", "结论", "通过", "检验"],
};
