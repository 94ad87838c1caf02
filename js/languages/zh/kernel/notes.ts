// Notes beside explanations, and how searches and studies of whole tables went.
export const notes: Record<string, string> = {
  "Layer: {}.": "层：{}。",
  "Of the {} words the first {} are explained; the others are never hidden.":
    "在 {} 个词中解释前 {} 个；其余的从不隐藏。",
  "The {} tokens do not lie on the picture as patches would, so each has one value.":
    "这 {} 个词元不像图块那样位于图像上，因此各有一个值。",
  "Not filtered, since no paper says how: {}.": "未过滤，因为没有论文说明如何过滤：{}。",
  "What stands before {} is changed.": "改动的是 {} 之前的内容。",
  "No decoder was given: xai.explain(..., decoder=..., encoder=...) brings one.":
    "没有给出解码器：用 xai.explain(..., decoder=..., encoder=...) 给出。",
  "The model has no ReLU, so this is the plain gradient.": "模型没有 ReLU，因此这就是普通的梯度。",
  "The values do not sum to the score's rise: some operation chooses by its input, or cuts a gradient, and what that changes belongs to no value.":
    "数值之和不等于得分的上升：有运算按输入作选择，或切断梯度，由此带来的变化不属于任何值。",
  "The noise is as large for every column: a share of the row's own range. Give background=, rows of the table, for a range of each column's own.":
    "每一列的噪声同样大：按该行自身的取值范围计。给出 background=（表格的行），各列就用自己的范围。",
  "The {} pieces of the text are hidden in {} spans, whose values they share. Say by feature_mask what belongs together; np.arange({}) hides each alone.":
    "文本的 {} 个片段分成 {} 段隐藏，同段共用一个值。用 feature_mask 说明哪些属于一组；np.arange({}) 逐个隐藏。",
  "The model's gradient explodes at vectors of zeros: the baseline is the mean of all tokens' vectors.":
    "模型的梯度在零向量处爆炸：基线改为所有词元向量的均值。",
  "The shares are together {} times as large as the score: somewhere in the network terms nearly cancel out, and what is left of them is divided by. Give a larger epsilon, such as 0.1, or gamma.":
    "份额总共是得分的 {} 倍：网络某处各项几乎相互抵消，又以所余的数作除数。请给出更大的 epsilon（例如 0.1）或 gamma。",
  "Attention rollout asks for no class: every target has the same map, and nothing speaks against.":
    "注意力展开不针对类别：每个目标的图都相同，也没有反对的内容。",
  "This map may be nothing but chance: give it more samples.": "此图可能全属偶然：请增加样本。",
  "The model's weights were changed while this was computed: it is of no single state of them.":
    "计算期间模型的权重被改动：此结果不对应权重的任何一个状态。",
  "The model's weights changed in the middle, so it began anew.": "模型的权重中途改变，因此重新开始。",
  "Stopped after {} s: {} of the work is done.": "{} 秒后停止：完成了 {}。",
  "{}: Stopped after {} s: {} of the work is done.": "{}：{} 秒后停止：完成了 {}。",
  "{}: {} instead.": "{}：改用 {}。",
  "{} of {} values are not finite numbers: the model's gradient is not defined there.":
    "{} 个值（共 {} 个）不是有限的数：模型的梯度在那里没有定义。",
  "At most {} steps: what is kept of each takes {} MB.": "最多 {} 步：每步要保留 {} MB。",
  "The linear fit explains {} of the score's variance.": "线性拟合解释了得分方差的 {}。",
  "Memory ran out at {} inputs at once; went on with {}.": "一次 {} 个输入时内存不足；改为一次 {} 个。",
  "The picture was given to the model as it is, scaled to 0..1: pass preprocess= if the model expects another size or normalised values.":
    "图像按原样（缩放到 0..1）交给模型：如果模型需要别的尺寸或归一化的值，请给出 preprocess=。",
  "The map is shown on the model's own view, since preprocess cannot be traced to the photo: {}.":
    "此图画在模型所见的画面上，因为 preprocess 无法追溯到照片：{}。",
  "preprocess mirrors the photo; it is shown as the model sees it.": "preprocess 使照片左右翻转；按模型所见显示。",
  "The batch axis of 1 was taken off: an input is given without one.": "去掉了长度为 1 的批次轴：输入不带批次轴。",
  "Relevance goes back from the score of each token asked about, not from its likelihood.":
    "相关性从所问的每个词元的得分往回传播，而不是从其似然。",
  "The last {} of {} characters were cut off: the model takes {} tokens. Prediction and values are of what stands before; to explain the rest, give it as a text of its own.":
    "截去了最后 {} 个字符（共 {} 个）：模型最多接受 {} 个词元。预测和数值只针对前面的部分；要解释其余部分，请另作一个文本。",
  "Each word is hidden by taking it out of the text.": "隐藏一个词就是把它从文本中去掉。",
  "The score is that at the last position, {}.": "得分取自最后一个位置 {}。",
  "Of the {} characters the first {} are shown and explained; the rest was cut off.":
    "在 {} 个字符中显示并解释前 {} 个；其余的被截去。",

  // searches for other answers
  "Of {} words, {} may be changed: {}. More with places={}.": "{} 个词中可改动 {} 个：{}。用 places={} 可改动更多。",
  "those that weigh most": "分量最重的那些",
  "drawn at random, since this model has no gradient to rank them by": "随机抽取，因为此模型没有梯度可供排序",
  "No edit moves the score at all.": "没有任何改动能影响得分。",
  "None found: no edit of this text is allowed.": "没有找到：此文本不允许任何改动。",
  "None found within {}, made of {} single ones.": "在 {} 之内没有找到，由 {} 个单项改动组成。",
  "{} edit": "{} 处改动",
  "{} edits": "{} 处改动",
  "All sets of them were tried.": "它们的所有组合都试过了。",
  "Others may do it.": "其他组合也许可以。",
  "None found within {} regions; not searched to the end. {} More with tries=.":
    "在 {} 个区域之内没有找到；没有搜索完。{}用 tries= 可多试。",
  "Not searched to the end: a smaller set may exist. {} More with tries=.":
    "没有搜索完：可能还有更小的组合。{}用 tries= 可多试。",
  "Of sets of {} regions, {} of {} were tried, of smaller ones all.":
    "{} 个区域的组合试了 {} 个（共 {} 个），更小的组合全都试过。",
  "No smaller set of these {} does it: all were tried.": "这 {} 中没有更小的组合可以做到：全都试过了。",
  "None found: no set of up to {} of these {} does it, all were tried.":
    "没有找到：不超过 {} 个的组合（这 {} 中）都不行，全都试过了。",
  "{} region": "{} 个区域",
  "{} regions": "{} 个区域",
  "None found: rounding the picture to 8 bits alone changes the answer.": "没有找到：仅把图像舍入到 8 位就会改变答案。",
  "None found: rounding the picture to 8 bits, or decoding it, alone changes the answer.":
    "没有找到：仅把图像舍入到 8 位或解码就会改变答案。",
  "None found: no region moves the score at all, nor do all of them.":
    "没有找到：没有一个区域能影响得分，全部区域一起也不能。",
  "None found under these constraints. One would be found without this: {}.":
    "在这些约束下没有找到。去掉这一条就能找到：{}。",
  "None found under these constraints. Of rows with that answer, {} break: {}.":
    "在这些约束下没有找到。答案如此的行中有 {} 违反：{}。",
  "None found: no column may change.": "没有找到：没有可以改变的列。",
  "None found: no row was met that the model answers in that way, constraints aside.":
    "没有找到：不计约束，也没有遇到模型给出此答案的行。",
  "None found within {} of {} walks.": "在 {}、{} 条路线之内没有找到。",
  "{} steps": "{} 步",
  "None found that is more than noise: {} of {} walks flipped the answer within {}":
    "没有找到不只是噪声的：{} 条路线（共 {} 条）在 {} 之内改变了答案",
  "{}, and it did not survive blur, a little noise or JPEG, or could not be seen.":
    "{}，但经不起模糊、少许噪声或 JPEG，或看不出来。",
  "A shorter part of the text is likelier.": "文本的较短一段更可能。",
  "Nothing needs to change: {} is predicted already. Name another class.":
    "不需要改变：预测已经是 {}。请指定另一个类别。",
  "Nothing needs to change: {} is likelier than {} already.": "不需要改变：{} 已经比 {} 更可能。",
  "Nothing needs to change: {} is {}, and {} was asked for.": "不需要改变：{} 为 {}，而所要求的是 {}。",
  "No label is predicted, so none can be lost: name the class that should be.":
    "没有预测任何标签，因此无可失去：请指定应有的类别。",
  "A regression needs a range to reach: within=(low, high), with None for an open end.":
    "回归需要一个要达到的范围：within=(low, high)，不设限的一端用 None。",
  "It needs a torch module: use the genetic search for other models.": "需要 torch 模块：其他模型请用遗传搜索。",
  "It mixes rows, and nothing lies between two categories: choose one that swaps whole cells.":
    "它混合各行，而两个类别之间没有中间值：请选择整格交换的方法。",
  "Constraints: the rules {} exclude each other: no row keeps to both.": "约束：规则 {} 相互排斥：没有行能同时遵守。",
  "Constraints: nothing is left for {}: its range and its direction exclude each other.":
    "约束：{} 没有可取的值：其范围与方向相互排斥。",
  "Constraints: {} has no direction, it is one of {}.": "约束：{} 没有方向，它的取值是 {} 之一。",
  "Constraints: nothing is left for {} in {}; an open end is that of the data.":
    "约束：{} 在 {} 中没有可取的值；不设限的一端以数据为准。",
  "Rows for which the model fails were left out.": "已略去模型失败的行。",
  "Compared with all {} rows.": "与全部 {} 行比较。",
  "Compared with {} of {} rows, drawn by chance.": "与随机抽取的 {} 行（共 {} 行）比较。",
  "Compared with {} of {} rows, drawn by chance: their mean score is {}, that of all is within ±{} of it in 95 of 100 draws.":
    "与随机抽取的 {} 行（共 {} 行）比较：它们的平均得分为 {}，100 次抽取中有 95 次，全部行的平均与之相差在 ±{} 以内。",
  "{} of {} inputs with hidden parts were left out: the model fails for them.":
    "部分被隐藏的输入略去了 {} 个（共 {} 个）：模型对它们失败。",
  "{} of {} values are unknown: no finite score tells them.": "{} 个值（共 {} 个）未知：没有有限的得分可以说明。",
  "{} of {} rows to compare with were left out: the model fails for them.":
    "用于比较的行略去了 {} 行（共 {} 行）：模型对它们失败。",
  "{} of {} rows to compare with were left out: the model fails for mixtures of them and it.":
    "用于比较的行略去了 {} 行（共 {} 行）：模型对它们与这一行的混合失败。",
  "It is shown inputs with parts hidden: give rows, or baselines=, that it takes there, or say by feature_mask= what belongs together.":
    "它会看到部分被隐藏的输入：请给出可以替代这些部分的行或 baselines=，或用 feature_mask= 说明哪些属于一体。",
  "Constraints: the rule {} can never hold within the other constraints.":
    "约束：在其他约束之下，规则 {} 永远不能成立。",
  "Constraints: the rule {} can never hold: the row has no value in {}.":
    "约束：规则 {} 永远不能成立：该行在 {} 中没有值。",
  "Constraints: the rule {} compares what cannot be compared: {} and {}.":
    "约束：规则 {} 比较了无法比较的内容：{}与{}。",
  "Constraints: the rule {} computes with what are no numbers: {} and {}.":
    "约束：规则 {} 用不是数的内容计算：{}与{}。",
  "Constraints: the rule {} compares with {}, which is none of {}.": "约束：规则 {} 与 {} 比较，而它不在 {} 之中。",
  "Constraints: the rule {} takes {} for true or false: compare it with something.":
    "约束：规则 {} 把 {} 当作真假值：请将它与某个值比较。",
  "Constraints: the rule {} divides by zero.": "约束：规则 {} 除以零。",
  "Constraints: the rule {} has a number that is too large.": "约束：规则 {} 含有过大的数。",
  "a truth value": "真假值",
  "a number": "数",
  "a date": "日期",
  "a time between dates": "日期之间的时长",
  "a text": "文本",
  "the text {}": "文本 {}",
  "The rule {} is no comparison of columns. {}": "规则 {} 不是列的比较。{}",
  "The rule {} cannot be read. {}": "规则 {} 无法读取。{}",
  "Rules compare columns, numbers and texts: 'a <= b - 14', '`hours per week` < 60', 'job != \"clerk\" or age > 30'.":
    "规则比较列、数和文本：'a <= b - 14'、'`hours per week` < 60'、'job != \"clerk\" or age > 30'。",

  // whole tables
  "mean |contribution| to the value": "对数值的平均 |贡献|",
  "mean |contribution| to the probability": "对概率的平均 |贡献|",
  "mean |elementary effect|, over the whole range": "在整个取值范围上的平均 |基本效应|",
  "share of variance in which the column has a part": "该列参与的方差所占的比例",
  "loss of {}, from {}": "{}的损失，原为 {}",
  accuracy: "准确率",
  log_loss: "对数损失",
  r2: "R² ",
  squared_error: "平方误差",
  absolute_error: "绝对误差",
  "the categories of {} have no order to go along: choose partial_dependence.":
    "{} 的类别没有可循的次序：请选择 partial_dependence。",
  "It needs what is right for each row: give y.": "需要每一行的正确答案：请给出 y。",
  "The answer is the same everywhere.": "预测处处相同。",
  "It needs scikit-learn: pip install scikit-learn.": "需要 scikit-learn：pip install scikit-learn。",
  "It needs {} rows at least.": "至少需要 {} 行。",
  "{} rows, drawn by chance, stand for all {}.": "随机抽取的 {} 行代表全部 {} 行。",
  "{} and {} have {} pairs of values, too many for a map.": "{} 与 {} 有 {} 对取值，画一张图太多了。",
  "{} has {} categories, too many to go through one by one.": "{} 有 {} 个类别，逐个计算太多了。",
  "there is no question {}: choose one of {}.": "没有问题 {}：请选择 {} 之一。",
  "{} has no parameter {}.": "{} 没有参数 {}。",

  // vectors of words
  '{} needs {}: run `pip install "xai_widgets[embeddings]"`.':
    '{} 需要 {}：运行 `pip install "xai_widgets[embeddings]"`。',
  "For {} of {} words the next word is as near as the last counted: which count is chance.":
    "有 {} 个词（共 {} 个），其下一个词与最后计入的词同样近：计入哪个全凭偶然。",
  "The flat view in which the words differ most: distances are honest, most are cut short.":
    "各词差别最大的平面视图：距离是真实的，但大多被缩短。",
  "Keeps neighbours together; sizes of groups and distances between them say little.":
    "使邻近的词相邻；组的大小和组间距离意义不大。",
  "Keeps neighbours together in tight groups; distances between groups say little.":
    "使邻近的词聚成紧密的组；组间距离意义不大。",
};
