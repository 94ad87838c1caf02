// The notebooks that a new explanation begins with, in Simplified Chinese: their code is the same.

/** What stands in the notebooks, by line: of text, and of code what is commented. */
const LINES: Record<string, string> = {
  "# Why does the model see this in the picture?": "# 模型为什么在图像中看到了它？",
  "Put your model and your picture into the next cell. What stands there now is a stand-in that works: EfficientNet-Lite0 and a photo of a cat.":
    "请将您的模型和图像填入下一个单元格。其中现有的是可直接运行的示例：EfficientNet-Lite0 和一张猫的照片。",
  "# model: any torch.nn.Module; preprocess: from a PIL image to what it eats; labels: what its classes are called":
    "# model：任意 torch.nn.Module；preprocess：将 PIL 图像变为模型的输入；labels：各类别的名称",
  '# or "my_photo.jpg", a PIL image, an array, a tensor': '# 或 "my_photo.jpg"、PIL 图像、数组、张量',
  "# is this model fit for explaining?": "# 这个模型适合解释吗？",
  "What is on show is plain data, and the widget writes the code that makes it again.":
    "所显示的都是普通数据，控件还能写出重新得到它的代码。",

  "# Why does the model decide this for the row?": "# 模型为什么对这一行作出这样的判断？",
  "Put your model and your table into the next cell. What stands there now is a stand-in that works: a forest that tells kinds of wine apart.":
    "请将您的模型和表格填入下一个单元格。其中现有的是可直接运行的示例：一个区分葡萄酒品种的随机森林。",
  "# model: a torch.nn.Module, an estimator of scikit-learn, or a function of rows; table: what the row is compared with":
    "# model：torch.nn.Module、scikit-learn 的估计器，或以行为输入的函数；table：与该行相比较的各行",
  "Drag a slider, lock what cannot change, and ask what would have to change for another answer. What is on show is plain data:":
    "拖动滑块，锁定不能改变的列，再问要改变什么才会得到另一个答案。所显示的都是普通数据：",

  "# Why does the model read the text like this?": "# 模型为什么这样理解这段文本？",
  "Put your model and your text into the next cell. What stands there now is a stand-in that works: a classifier of words, learnt from eight sentences.":
    "请将您的模型和文本填入下一个单元格。其中现有的是可直接运行的示例：从八个句子学得的词语分类器。",
  "# model: a function from a list of texts to probabilities, as here, or a model of transformers together with":
    "# model：由文本列表得到概率的函数（如此处），或 transformers 的模型，并同时给出",
  "# tokenizer=...: AutoModelForSequenceClassification.from_pretrained(...), AutoTokenizer.from_pretrained(...)":
    "# tokenizer=...（分词器）：AutoModelForSequenceClassification.from_pretrained(...)、AutoTokenizer.from_pretrained(...)",
  "Click a word to take it out, double-click to rewrite it. What is on show is plain data, one value a word:":
    "单击一个词可将其移除，双击可改写。所显示的都是普通数据，每个词一个值：",
};

interface Cell {
  source: string | string[];
}

/** Where a comment may begin: in no notebook of ours does a text in the code hold such a sign. */
const COMMENT = /(^|\s)# .*/;

function said(line: string): string {
  return LINES[line] ?? line.replace(COMMENT, (whole, before) => before + (LINES[whole.trim()] ?? whole.trim()));
}

/** A notebook with what it tells in Chinese. */
export function inChinese<T extends object>(notebook: T): T {
  const cells = (notebook as { cells: Cell[] }).cells.map((cell) => {
    const source = [cell.source].flat().join("").split("\n").map(said).join("\n");
    return { ...cell, source };
  });
  return { ...notebook, cells };
}
