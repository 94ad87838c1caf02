// What the JupyterLab side says in Simplified Chinese.
import type { LabWords } from "./english";

export const chinese: LabWords = {
  category: "解释模型",
  quickstart: "xai_widgets 快速入门",
  openQuickstart: "打开 xai_widgets 快速入门",
  quickstartCaption: "一个可直接运行的笔记本，内有真实的分类器和照片",
  newNotebook: "新建解释笔记本",
  newNotebookOf: (what) => `新建解释笔记本：${what}`,
  newNotebookCaption: "一个可放入您自己的模型的笔记本",
  whatIsExplained: "要解释什么？",
  templates: { picture: "图像", text: "文本", rows: "表格中的一行" },
  create: "新建",
  tutorials: "解释方法教程",
  openTutorials: "打开解释方法教程",
  tutorialsCaption: "可直接运行的笔记本，也可用于您自己的模型",
  whichTutorial: "哪个教程？",
  open: "打开",

  explain: "解释所选变量…",
  explainTitle: "解释",
  explainCaption: "插入并运行一个单元格，解释模型的预测",
  model: "模型",
  input: "输入",
  insert: "插入并运行",
  noNotebook: "请先打开一个笔记本：所解释的是其内核中的变量。",
  noKernel: "此笔记本没有内核。请启动一个，并运行建立模型及其输入的单元格。",
  kernelBusy: "内核忙，只有空闲时才能读取其变量。请稍后再试。",
  notInstalled: "此内核没有 xai_widgets，或版本太旧：请运行 pip install --upgrade xai_widgets，然后重启内核。",
  noModel: "此内核的变量中没有模型。请运行建立它的单元格：torch.nn.Module 或估计器。",
  noInput: (model) => `有模型 ${model}，但没有可作其输入的变量：图像、文本、表格的一行，或它们的张量或数组。`,

  outputs: {
    savePage: "将解释另存为 HTML",
    savePicture: "将解释另存为 PNG",
    copy: "复制解释的图片",
    compareWith: "将解释与…比较",
    noKernel: "此控件的内核已不在。请重新运行其单元格。",
    waiting: "内核空闲且解释完成后即会保存页面。取消解释可保存目前已有的内容。",
    noPicture: "还没有它的图片。",
    failed: "此内核没有能做这件事的 xai_widgets，或版本太旧。",
  },

  noRoom: (most, smaller) =>
    `解释的图片在笔记本中最多可占 ${most} kB（见设置）：${smaller ? "已缩小绘制" : "保留了先前的图片"}。`,

  noRoomToLive: (most) => `解释在笔记本中最多可占 ${most} kB（见设置）：无内核时可显示的内容未能全部保存。`,

  panel: {
    title: "解释",
    show: "显示此笔记本的解释",
    noKernel: "打开一个内核正在运行的笔记本，以查看其中的解释。",
    nothing: "此内核中还没有解释。xai.explain(model, x) 所显示的会列在这里。",
    mismatch: (extension, kernel) =>
      `JupyterLab 的扩展是 xai_widgets ${extension}，内核运行的是 ${kernel}：请在两处安装同一版本，然后重新加载页面。`,
    widgets: "运行中的控件",
    results: "变量中的结果",
    kinds: (kind) =>
      ({ image: "图像", text: "文本", table: "一行", population: "表格", embedding: "词向量" })[kind] ?? kind,
    running: "正在计算",
    age: (seconds) =>
      seconds < 60
        ? "刚刚"
        : seconds < 5400
          ? `${Math.round(seconds / 60)} 分钟`
          : `${Math.round(seconds / 3600)} 小时`,
    jump: "转到",
    jumpHint: "转到显示它的单元格",
    cancel: "取消",
    cancelHint: "停止计算；已找到的保留",
    free: "释放",
    freeHint: "关闭控件并释放其内存",
    compare: "比较两个",
    compareHint: "勾选同一输入的两个解释。",
    agreement: (value) => `秩相关 ${value}：1 表示两者对各部分的排序相同，0 表示两者无关，−1 表示两者次序相反。`,
    noAgreement: "两者之一处处数值相同，没有可比的次序。",
    cancelAll: "取消正在进行的解释",
    cancelAllHint: "停止此笔记本中所有解释的计算；已找到的保留",
    done: "完成",
  },

  settings: {
    title: "解释（xai_widgets）",
    description: "xai_widgets 的控件在此 JupyterLab 中如何显示解释。",
    names: {
      colormap: {
        title: "图的配色",
        description: "在控件和 Python 都没有选择配色时使用。只有一个方向、没有反对值的图用“余烬”绘制。",
      },
      bits: {
        title: "图的精度",
        description: "图像的解释图以何种精度发送到浏览器。Python 所计算和保存的不受影响。",
      },
      rate: {
        title: "每秒更新次数",
        description: "正在计算的解释每秒最多显示多少次目前的结果。",
      },
      kilobytes: {
        title: "笔记本中的视图大小（kB）",
        description: "保存笔记本时，一个视图最多可占多少。更大的图片会缩小绘制，最旧的回答会被略去。",
      },
    },
    choices: {
      blue_orange: "蓝 – 橙",
      purple_orange: "紫 – 橙",
      ember: "余烬",
      16: "每个值 16 位",
      8: "每个值 8 位：传输量减半，适用于慢速连接",
    },
  },
};
