// What was measured of a map, in words.
export const measured: Record<string, string> = {
  "better than 19 of 20 of these": "优于其中 20 个里的 19 个",
  "not better than 19 of 20 of these": "并不优于其中 20 个里的 19 个",
  "better than 19 of 20 random maps": "优于 20 张随机图中的 19 张",
  "no better than random maps": "不比随机图更好",
  "nothing was checked": "没有做任何检验",
  "more than by chance": "多于偶然",
  "no more than by chance": "不多于偶然",
  "it depends on them": "此图取决于它们",
  "it hardly depends on them": "此图几乎不取决于它们",
  "Can {} of {} be believed?": "{} 对 {} 的解释可信吗？",
  "anything but {}": "{} 以外的任何答案",
  inside: "之内",
  outside: "之外",
  position: "位置",
  "edge detector": "边缘检测",
  "It explains again, and there is no method {} here.": "此项要重新解释，而这里没有方法 {}。",
  "It explains again, and the result does not hold the tensor that {} was.":
    "此项要重新解释，而结果中没有 {} 当时的张量。",
  "The values add up to {} where it should be {}.": "数值之和为 {}，应为 {}。",
  "The values should add up to 0, of which nothing is a share; they add up to {}.":
    "数值之和应为 0，无法以它为比例；实际之和为 {}。",
  "The area is {}, and {} on average in random orders: {}.": "面积为 {}，随机次序平均为 {}：{}。",
  "Ranking by {} alone has {}.": "仅按{}排序为 {}。",
  "Ranking by {} alone has {}, which is no worse than the map.": "仅按{}排序为 {}，不比此图差。",
  "The input has one part only: no other map could be better or worse.":
    "输入只有一个部分：别的图不会更好，也不会更差。",
  "The model says the same with everything hidden: there is nothing to lose.":
    "全部隐藏时模型的输出也一样：没有可失去的。",
  "The map foretells {} of the score's changes, {} ({}).": "此图预示了得分变化的 {}，{}（{}）。",
  "Hiding parts does not change the score.": "隐藏任何部分都不改变得分。",
  "The largest value lies {} the mask, which has {} of the whole.": "最大的值在掩码{}，掩码占整体的 {}。",
  "{} of the positive values lie inside the mask, {} ({}).": "正值中有 {} 在掩码之内，{}（{}）。",
  "It needs mask=, which says where the map should point.": "需要 mask=，它说明此图应当指向何处。",
  "The map has no positive values.": "此图没有正值。",
  "The model has no weights that could be drawn anew.": "模型没有可以重新随机化的权重。",
  "The model cannot be copied, and its own weights are not to be touched.": "模型无法复制，而它自己的权重不可改动。",
  "A map has the same value everywhere, which puts nothing in an order.": "有一张图处处是同一个值，排不出次序。",
  "The map has the same value everywhere, which puts nothing in an order.": "此图处处是同一个值，排不出次序。",
  "{} of {} values of the map are no finite numbers, and count as 0.":
    "此图的 {} 个值（共 {} 个）不是有限的数，按 0 计。",
  "While {} of the layers were drawn anew, the mean rank correlation with the map was {}: {}.":
    "在重新随机化 {} 的层的过程中，与此图的平均秩相关为 {}：{}。",
  "The map and its opposite differ by {}, random orders by {} on average: {}.":
    "此图与其相反次序相差 {}，随机次序平均相差 {}：{}。",
  "It needs a picture, whose hidden pixels can be made of those around them.":
    "需要图像：被隐藏的像素要能由周围的像素补成。",
  "It needs a probability, and this is a score.": "需要概率，而这是得分。",
  "The model says something else of this input than when the map was made: give the same input, preprocess and weights.":
    "模型对此输入的输出与制图时不同：请给出相同的输入、preprocess 和权重。",
  "As if {} of {} values shared the map equally.": "相当于 {} 个值（共 {} 个）平分此图。",
  "The {} largest of {} values have {}.": "最大的 {} 个值（共 {} 个）占 {}。",
  "The largest of {} values has {}.": "{} 个值中最大的占 {}。",
  "{} of the map's weight": "此图分量的 {}",
  "The map is zero everywhere.": "此图处处为零。",
  "The maps are zero everywhere.": "这些图处处为零。",
  "Words cannot be changed a little.": "词无法只改变一点点。",
  "Changes of up to {} changed the map by up to {}.": "不超过 {} 的改动，最多使此图改变 {}。",
  "{} of the input's range": "输入取值范围 {}",
  "{} of each column's spread": "各列标准差 {}",
  "Maps of {} seeds lie {} of their size from their mean.": "{} 个种子的图与其平均相差其大小的 {}。",
  "Something else was asked before the explanation was measured.": "解释还没有测量完，就有了别的提问。",
};
