// What the kernel says in English, by its very words; {} for numbers and names, which keep their order.
import { believed } from "./kernel/believed";
import { checked } from "./kernel/checked";
import { measured } from "./kernel/measured";
import { notes } from "./kernel/notes";
import { refused } from "./kernel/refused";

export const kernel: Record<string, string> = {
  ...believed,
  ...checked,
  ...measured,
  ...notes,
  ...refused,

  "not a number": "不是数字",

  // the lines below what is saved
  "Method: {} ({})": "方法：{}（{}）",
  "Method: {}": "方法：{}",
  "Parameters: {}": "参数：{}",
  "Seed: {}": "随机种子：{}",
  "Weights: fingerprint {}": "权重：指纹 {}",
  "Cost: {} forward and {} backward passes, {} s": "用量：前向 {} 次，反向 {} 次，{} 秒",
  "Versions: {}": "版本：{}",
  "Computed: {}": "计算时间：{}",
  "Saved: the newest {} of {} answers; the others found no room":
    "已保存：最新的 {} 个回答（共 {} 个）；其余的没有空间",
  "Maps: kept in {} steps from their least to their largest value, as means of {} × {} pixels":
    "图：从最小值到最大值分 {} 级保存，取 {} × {} 像素的均值",
  "Pictures: kept as means of {} × {} pixels": "图片：取 {} × {} 像素的均值保存",
  "Single rows: kept in {} steps from their least to their largest value, one in {}":
    "单行：从最小值到最大值分 {} 级保存，每 {} 行保留一行",
  "Single rows: kept in {} steps from their least to their largest value": "单行：从最小值到最大值分 {} 级保存",
  "Maps: kept in {} steps from their least to their largest value": "图：从最小值到最大值分 {} 级保存",

  // families
  Gradients: "梯度",
  Paths: "路径",
  "Class activation maps": "类激活图",
  Relevance: "相关性传播",
  Transformers: "Transformer",
  Perturbation: "扰动",
  Surrogates: "代理模型",
  "Shapley values": "Shapley 值",

  // methods
  Saliency: "显著图",
  "Where would a tiny change move the score most?": "微小的变化在哪里最能改变得分？",
  "Input × gradient": "输入 × 梯度",
  "How much does each value contribute, if the model were linear around this input?":
    "假如模型在此输入附近是线性的，每个值贡献多少？",
  "Where does the score react, averaged over slightly noisy copies of the input?":
    "在略带噪声的多份输入上平均，得分对哪里有反应？",
  "Guided backpropagation": "导向反向传播",
  "Which fine structures excite the neurons that speak for the class?": "哪些细微结构激发了支持该类的神经元？",
  Deconvolution: "反卷积",
  "Which patterns would the network paint if it ran backwards from the class?":
    "如果网络从该类别反向运行，会画出什么图案？",
  "Where does the model's reaction change most between slightly noisy copies of the input?":
    "在略带噪声的各份输入之间，模型的反应在哪里变化最大？",
  Conductance: "电导",
  "How much of the score's rise from an empty input flows through each unit of a layer?":
    "从空输入开始得分的上升，有多少流经一层的每个单元？",
  "Integrated gradients": "积分梯度",
  "How does the score build up on the way from an empty input to this one?": "从空输入到此输入的路上，得分如何累积？",
  "Expected gradients": "期望梯度",
  "How does the score build up on the way here from many other inputs?": "从许多其他输入到此输入的路上，得分如何累积？",
  "Which regions of the last layer's map speak for the class?": "最后一层特征图的哪些区域支持该类？",
  "What does each cell of the last layer's map add to the score?": "最后一层特征图的每个格子为得分增加多少？",
  "Which cells of a layer, early ones too, would raise the score if they were stronger?":
    "一层（也可以是靠前的层）中哪些格子更强时会提高得分？",
  "Which regions speak for the class, each of several objects included?": "哪些区域支持该类，包括多个物体中的每一个？",
  "Which regions speak for the class, with gradients taken where each channel is active?":
    "在各通道激活之处取梯度，哪些区域支持该类？",
  "Which pattern dominates the last layer's map, whatever the class?": "不论类别，什么图案主导最后一层的特征图？",
  "Where on the last map is what the final layer counts for the class?": "末层计入该类的内容在最后一张特征图的何处？",
  "Which fine structures are there in the regions that speak for the class?": "支持该类的区域中有哪些细微结构？",
  "Which channels show enough of the picture to keep the score up, and where are they active?":
    "哪些通道显示的画面足以保持得分，它们在何处激活？",
  "What does the score lose without each channel, and where is that channel active?":
    "去掉每个通道得分会失去多少，该通道在何处激活？",
  "Whose share of the score is it, handed down layer by layer?": "得分逐层向下分配，各占多少份额？",
  "Whose share of the score is it, handed down through attention?": "得分经注意力向下分配，各占多少份额？",
  "How much of the difference from an empty input does each value account for?": "与空输入的差别中，每个值各占多少？",
  "How much of the difference from other inputs does each value account for, on average?":
    "与其他输入的差别中，平均每个值各占多少？",
  "Attention rollout": "注意力展开",
  "From which tokens could information flow to where the score is read, by attention alone?":
    "仅凭注意力，信息可能从哪些词元流到读取得分之处？",
  "Feature ablation": "特征消融",
  "What does the score lose when this group of features is hidden?": "隐藏这组特征时，得分失去多少？",
  "Is the score higher when this part is shown among random others?": "在随机显示的部分中包含这一处时，得分更高吗？",
  Occlusion: "遮挡",
  "What does the score lose when this part is hidden?": "隐藏这一部分时，得分失去多少？",
  "How does a simple linear model imitate this one around the input?": "简单的线性模型在此输入附近如何模仿它？",
  "Exact Shapley values": "精确 Shapley 值",
  "What does each group add on average, whichever groups are there already?": "不论已有哪些组，每一组平均增加多少？",
  "Shapley sampling": "Shapley 采样",
  "What does each group add on average, when groups appear in random order?":
    "各组按随机次序出现时，每一组平均增加多少？",
  "Which share of the score does a fair split give to each group?": "公平分配时，每一组分得多少得分？",

  // the side panel: questions of an explorer, ways to compute other results
  Importance: "重要性",
  Effect: "一列的影响",
  Pair: "两列",
  Contributions: "贡献",
  Tree: "代理树",
  Sensitivity: "敏感性",
  "Permutation importance": "置换重要性",
  "Partial dependence": "部分依赖",
  "Accumulated local effects": "累积局部效应",
  "Global importance": "全局重要性",
  "Surrogate tree": "代理树",
  Nearest: "最近的真实行",
  Random: "随机搜索",
  Gradient: "梯度搜索",
  Genetic: "遗传搜索",
  "Growing spheres": "球面扩张",
  "Fewest edits": "最少改动",
  Regions: "最少区域",
  Smooth: "平滑改变",
  Latent: "潜空间",

  // parameters
  layer: "层",
  absolute: "绝对值",
  "noise level": "噪声水平",
  background: "背景数据",
  "n samples": "样本数",
  tolerance: "容差",
  "n steps": "步数",
  baselines: "基线",
  spacing: "间距",
  relu: "只取正值",
  composite: "规则组合",
  dense: "全连接层",
  convolution: "卷积层",
  first: "首层",
  alpha: "alpha",
  epsilon: "epsilon",
  gamma: "gamma",
  "head fusion": "头的合并",
  "discard ratio": "舍弃比例",
  "feature mask": "特征分组",
  "n segments": "分块数",
  cells: "网格数",
  shown: "显示比例",
  "sliding window shapes": "窗口大小",
  strides: "步长",
  "kernel width": "核宽",
  ridge: "岭系数",
  zero: "零",
  black: "黑",
  white: "白",
  mean: "均值",
  blur: "模糊",
  noise: "噪声",
  max: "最大",
  min: "最小",
  adaptive: "自适应",
  even: "均匀",
  "The layer whose activations are explained, in place of the input's values.":
    "所解释的是该层的激活，而不是输入的值。",
  "Show the size of the effect without its direction.": "只显示影响的大小，不论方向。",
  "Standard deviation of the noise, as a share of the input's range.": "噪声的标准差，以输入取值范围的比例计。",
  "Inputs [n, …], such as rows of the table, whose range at each value scales the noise.":
    "输入 [n, …]，例如表格的行；噪声按它们每个值的取值范围缩放。",
  "How many noisy copies are averaged.": "平均多少份带噪声的输入。",
  "How many noisy copies are compared at most.": "最多比较多少份带噪声的输入。",
  "Stop when the estimated error falls below this.": "估计误差低于此值时停止。",
  "Average the size of the gradients without their direction.": "对梯度的大小求平均，不论方向。",
  "The layer whose units are looked at; found by itself if empty.": "所查看单元所在的层；留空则自动选定。",
  "How many gradients along the path at most.": "沿路径最多计算多少个梯度。",
  "What the path starts from: a picture that says nothing.": "路径的起点：一张不含信息的图。",
  "Whether steps are finer where the gradient changes more, or all alike.": "梯度变化大处步子更细，还是处处相同。",
  "How many points on paths at most.": "路径上最多取多少个点。",
  "What paths start from: many inputs.": "路径的起点：许多输入。",
  "The layer whose map is shown; found by itself if empty.": "显示哪一层的特征图；留空则自动选定。",
  "Keep only what speaks for the class.": "只保留支持该类的部分。",
  "What stands where a channel hides the picture.": "通道遮住画面之处填什么。",
  "Which rule goes to dense layers, convolutions and the first layer.": "全连接层、卷积层和第一层各用什么规则。",
  "The rule of dense layers, in place of the composite's.": "全连接层的规则，代替规则组合所定的。",
  "The rule of convolutions, in place of the composite's.": "卷积层的规则，代替规则组合所定的。",
  "The rule of the first layer, in place of the composite's.": "首层的规则，代替规则组合所定的。",
  "How often the alpha-beta rule counts what speaks for the output; what speaks against it, once less.":
    "alpha-beta 规则把支持输出的部分计几倍；反对的部分少计一倍。",
  "Keeps shares of what nearly cancels out from growing without bound.": "防止几乎相互抵消的份额无限增大。",
  "How much the gamma rule favours shares that agree with the output.": "gamma 规则对与输出同号的份额偏重多少。",
  "How much the layers favour shares that agree with their output.": "各层对与其输出同号的份额偏重多少。",
  "What the input is compared with: a picture that says nothing.": "与什么相比：一张不含信息的图。",
  "How many baselines are drawn.": "抽取多少个基线。",
  "Baselines of your own, a tensor [n, …] of inputs.": "自备的基线，一个输入张量 [n, …]。",
  "How the heads of a layer become one.": "一层的各个头如何合而为一。",
  "Share of each token's weakest weights that are dropped, as noise.": "每个词元最弱的权重中作为噪声舍去的比例。",
  "The group of each value, as whole numbers; by kind of input when empty.":
    "每个值所属的组（整数）；留空则按输入的种类划分。",
  "How many superpixels, segments or boxes the input is cut into, at most.":
    "输入最多分成多少个超像素、时间段或时空块。",
  "What stands in place of a hidden group.": "被隐藏的组填什么。",
  "The layer whose activations are hidden, in place of the input's values.": "所隐藏的是该层的激活，而不是输入的值。",
  "How many random masks at most.": "最多用多少个随机掩码。",
  "Cells of a mask along the picture's shorter side.": "掩码沿图像短边的格数。",
  "Share of the picture that a mask shows.": "掩码显示图像的比例。",
  "What stands where a mask hides.": "掩码遮住之处填什么。",
  "Side of the window in pixels; automatic is a seventh of the picture.": "窗口边长（像素）；自动为图像的七分之一。",
  "Step from window to window; automatic is half the window.": "窗口之间的步长；自动为窗口的一半。",
  "What covers the window.": "窗口用什么覆盖。",
  "How many pictures with hidden groups at most.": "最多用多少张隐藏了若干组的图。",
  "How fast pictures count less, the more is hidden.": "隐藏越多，图的权重下降得多快。",
  "How strongly coefficients are drawn towards zero.": "系数被拉向零的强度。",
  "How many orders of the groups at most.": "最多用多少种组的次序。",
  "How many coalitions of groups at most.": "最多用多少个由组构成的联盟。",

  // edits of a photo
  Blur: "模糊",
  "Smooths away detail finer than this many of the model's pixels.": "抹去比这么多个模型像素更细的细节。",
  Noise: "噪声",
  "Adds random grain; at 0.5 it is as strong as the picture itself.": "加入随机颗粒；为 0.5 时与画面本身一样强。",
  Brightness: "亮度",
  "Makes every pixel lighter or darker by the same amount.": "使每个像素同等变亮或变暗。",
  Contrast: "对比度",
  "Stretches or shrinks the differences from the picture's mean colour.": "拉大或缩小与画面平均颜色的差别。",
  Rotation: "旋转",
  "Turns the picture about its centre, clockwise to the right.": "绕中心旋转画面，向右为顺时针。",

  // what tells whether a map can be believed
  "Completeness gap": "完备性差距",
  "How far the values miss the sum that their method promises, as a share of that sum.":
    "数值之和与其方法所承诺的总和相差多少，以该总和的比例计。",
  Deletion: "删除曲线",
  "The mean probability (else the share of the score) that is left while parts are hidden, the most important first.":
    "从最重要的部分开始隐藏时，所剩概率（否则为得分的比例）的平均值。",
  Insertion: "插入曲线",
  "The mean probability (else the share of the score) that is there while parts appear, the most important first.":
    "从最重要的部分开始显示时，已有概率（否则为得分的比例）的平均值。",
  Infidelity: "不忠实度",
  "Which share of the score's changes the map does not foretell when random parts are hidden.":
    "随机隐藏若干部分时，得分变化中有多少是此图没有预示的。",
  "Pointing game": "指向游戏",
  "Whether the largest value lies where the map should point.": "最大的值是否落在此图应当指向之处。",
  "Relevance mass": "相关性质量",
  "Which share of the positive values lies where the map should point.": "正值中有多少落在此图应当指向之处。",
  "Model randomisation": "模型随机化",
  "How like itself the map stays while the model forgets what it has learned, layer by layer.":
    "模型逐层忘记所学时，此图还有多像自己。",
  "How much more probability is left when the least important parts are hidden than when the most important are.":
    "隐藏最不重要的部分比隐藏最重要的部分时，概率高多少。",
  Sparseness: "稀疏度",
  "How unevenly the map's weight lies (Gini index): 0 where all values are equal in size.":
    "此图的分量有多不均匀（基尼系数）：所有值大小相等时为 0。",
  Complexity: "复杂度",
  "Over how many values the map spreads its weight (entropy): 0 where one has it all.":
    "此图的分量分布在多少个值上（熵）：全在一个值上时为 0。",
  "Seed spread": "种子间差异",
  "How far maps of other random numbers lie from each other, as a share of their size.":
    "用不同随机数得到的图彼此相差多少，以其大小的比例计。",
  "Max-sensitivity": "最大敏感度",
  "How much the map changes at most when the input changes too little to be seen.":
    "输入的变化小到看不见时，此图最多变化多少。",
  "This method does not promise any sum.": "此方法不承诺任何总和。",
  "Two seeds give the same map: the method draws nothing.": "两个种子给出同一张图：此方法不用随机数。",
};
