// What a file opened from the file browser shows in words.
import { VERSION } from "../../core/version";
import { inLanguage } from "../language";

const english = {
  type: "Explanation",
  damaged: "This file is damaged, or no explanation that xai_widgets has saved.",
  foreign: "This file holds no explanation of xai_widgets.",
  large: (megabytes: number) => `This file is larger than ${megabytes} MB; xai.load reads it in Python.`,
  version: (found: string, known: number) =>
    `This file has version ${found} of the format, and this extension (xai_widgets ${VERSION}) reads version ${known}: install a newer xai_widgets, then reload the page.`,
  prediction: "What the model says",
  answer: "answer",
  score: "score",
  values: "Values",
  part: "part",
  value: "value",
  shape: "shape",
  range: "range",
  sum: "sum",
  added: "(added by the tokenizer)",
  candidates: "What would change the answer",
  change: "change",
  computation: "How it was computed",
  method: "method",
  seed: "seed",
  passes: "passes forward + back",
  took: "duration",
  weights: "weights",
};

const chinese: typeof english = {
  type: "解释",
  damaged: "此文件已损坏，或不是 xai_widgets 保存的解释。",
  foreign: "此文件不含 xai_widgets 的解释。",
  large: (megabytes) => `此文件大于 ${megabytes} MB；可在 Python 中用 xai.load 读取。`,
  version: (found, known) =>
    `此文件的格式版本是 ${found}，而此扩展（xai_widgets ${VERSION}）读取版本 ${known}：请安装更新的 xai_widgets，然后重新加载页面。`,
  prediction: "模型的预测",
  answer: "答案",
  score: "得分",
  values: "数值",
  part: "部分",
  value: "数值",
  shape: "形状",
  range: "范围",
  sum: "总和",
  added: "（由分词器附加）",
  candidates: "怎样会改变答案",
  change: "改动",
  computation: "如何算出",
  method: "方法",
  seed: "随机种子",
  passes: "前向 + 反向次数",
  took: "用时",
  weights: "权重",
};

export const WORDS = inLanguage(english, chinese);
