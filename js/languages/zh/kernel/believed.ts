// How far an answer about a population, or a layout of words, can be trusted.
export const believed: Record<string, string> = {
  "The model's own score": "模型自身的得分",
  "How often the model is right, or how much of the spread of what is right it explains.":
    "模型有多常正确，或解释了正确值差异中的多少。",
  "It explains {} of the spread of what is right; the mean for all rows explains nothing.":
    "它解释了正确值差异的 {}；对所有行都取平均值则什么也不解释。",
  "It is right for {} of the rows; the commonest class for all is for {}.":
    "它对 {} 的行正确；对所有行都取最常见的类别则为 {}。",
  "Against shuffled answers": "与打乱的答案相比",
  "The largest importance, beside the largest there is when what is right is shuffled.":
    "最大的重要性，与打乱正确答案时最大的重要性并列。",
  "{} matters most, {}: {} of {} columns matter more than any does in {} shuffles.":
    "{} 最重要，为 {}：有 {} 列（共 {} 列）比 {} 次打乱中的任何一列都重要。",
  "Fidelity on other rows": "对其他行的忠实度",
  "How often the tree says what the model says, of rows that it was not grown on.":
    "对没有用来生成此树的行，树与模型有多常一致。",
  "The model says the same of all rows.": "模型对所有行的回答都一样。",
  "Trees of a half of the rows reach {} on the other half, one answer for all {}.":
    "由一半行得到的树在另一半上达到 {}，对所有行只作同一回答则为 {}。",
  "Against local effects": "与局部效应相比",
  "How far partial dependence lies from accumulated local effects, as a share of both.":
    "部分依赖与累积局部效应相差多少，以两者之和的比例计。",
  "There are local effects of one ordered column only.": "只有单个有次序的列才有局部效应。",
  "Both curves are flat.": "两条曲线都是平的。",
  "The two curves say {}.": "两条曲线{}。",
  "about the same": "所说大致相同",
  "not the same: the local one asks about rows that there are": "所说不同：局部的那条所问的是确实存在的行",
  "Rows beyond the data": "数据之外的行",
  "Which share of the rows that were made up lies farther out than 95 of 100 real rows.":
    "造出来的行中，有多少比 95% 的真实行更偏远。",
  "{} of the rows with {} shuffled lie there, of real rows {}.": "其中 {} 在那里（打乱 {} 之后），真实行为 {}。",
  "{} of the rows that were asked about lie there, of real rows {}.": "所问的行中有 {} 在那里，真实行为 {}。",
  "Spread between halves": "两半之间的差异",
  "How far the answers of two halves of the rows lie apart, as a share of their size.":
    "由两半行得到的回答相差多少，以其大小的比例计。",
  "The answers are zero everywhere.": "这些回答处处为零。",
  "Answers of two sets of {} rows lie {} of their size from their mean.":
    "由两组各 {} 行得到的回答，与其平均相差其大小的 {}。",
  "There was no answer to measure within {} s.": "{} 秒之内没有可以测量的回答。",
  "Something else was asked before the answer was measured.": "回答还没有测量完，就有了别的提问。",

  Trustworthiness: "可信度",
  "Whether words that lie near each other on the plane are near by all features.":
    "平面上彼此靠近的词，按全部特征是否也靠近。",
  "The {} nearest on the plane are near by all features: {}, {} ({}).":
    "平面上最近的 {} 个词按全部特征是否靠近：{}，{}（{}）。",
  Continuity: "连续性",
  "Whether words that are near by all features lie near each other on the plane.":
    "按全部特征靠近的词，在平面上是否也靠近。",
  "The {} nearest by all features lie near on the plane: {}, {} ({}).":
    "按全部特征最近的 {} 个词在平面上是否靠近：{}，{}（{}）。",
  "Agreement with people": "与人的一致",
  "Whether the vectors find those pairs of words alike that people find alike.":
    "人认为相似的词对，这些向量是否也认为相似。",
  "It needs pairs=, word pairs that people have judged.": "需要 pairs=，即由人评判过的词对。",
  "Vectors and people have {} pairs in common, too few to put in an order.":
    "向量与人共有 {} 个词对，太少，排不出次序。",
  "Over {} pairs the rank correlation is {}, {} ({}).": "对 {} 个词对，秩相关为 {}，{}（{}）。",
  Hubness: "枢纽性",
  "How unevenly words are among the nearest of others: above 0, a few are near to many.":
    "各词成为他词近邻的次数有多不均匀：大于 0 时，少数词与许多词相近。",
  "{} is among the {} nearest of {} words; {} of {} words are among those of none.":
    "{} 是最近的 {} 个词之一，对 {} 个词如此；{} 个词（共 {} 个）不是任何词的近邻。",
  "Agreement of seeds": "种子间一致",
  "Which share of the nearest on the plane stays when other random numbers are drawn.":
    "换用其他随机数时，平面上的近邻有多少保持不变。",
  "Two seeds give the same layout: the projection draws nothing.": "两个种子给出同一布局：此投影不抽取随机数。",
  "{} of the {} nearest on the plane are so for another seed too, by chance {}.":
    "换一个种子后仍有 {} 的近邻（每词 {} 个）保持不变，偶然为 {}。",
};
