// What the model check finds.
export const checked: Record<string, string> = {
  "Two passes give the same scores.": "两次运行得分相同。",
  "Two passes differ by rounding alone ({} of the score).": "两次运行只有舍入之差（得分的 {}）。",
  "The scores of an input do not depend on the others of its batch.": "一个输入的得分与同批的其他输入无关。",
  "The scores are raw ones, not probabilities: nothing is saturated.": "得分是原始值而不是概率：没有饱和。",
  "The model returns probabilities: a map also shows what speaks against the other classes.":
    "模型返回概率：图中也会显示反对其他类别的内容。",
  "Nothing was found that speaks against it.": "没有发现反对它的理由。",
  "Some of its values are no numbers.": "它的一些值不是数字。",
  "Its values are all zero for this input.": "对此输入，它的值全为零。",
  "Mend this first: nothing else could be looked at.": "请先修正这一点：其他的都无法检查。",
  "The model takes the input and returns {} finite score{}.": "模型接受此输入，返回 {} 个有限的得分。",
  "Some of the model's scores are infinite: differences and gradients of them are no numbers.":
    "模型的一些得分是无穷大：它们的差和梯度不是数字。",
  "The model draws random numbers in evaluation mode too: scores differ by {} from pass to pass. Each explanation is of one draw.":
    "模型在评估模式下也抽取随机数：各次运行的得分相差 {}。每个解释只针对一次抽取。",
  "Switch the draws off for explaining, or average over several seeds.": "解释时关闭随机抽取，或对多个种子取平均。",
  "Scores differ by {} from pass to pass though no random numbers are drawn: the model keeps something between passes, or does not always add in the same order.":
    "没有抽取随机数，各次运行的得分却相差 {}：模型在运行之间保留了状态，或者相加的次序并不总是相同。",
  "Let forward() change no state.": "不要让 forward() 改变任何状态。",
  "The scores of an input depend on which others are in its batch, so each is passed alone: right, but slower.":
    "一个输入的得分取决于同批的其他输入，因此逐个运行：结果正确，但较慢。",
  "Each is passed alone, so that maps are right, but come slower.": "各输入逐个运行，因此图是正确的，但来得较慢。",
  "Give the normalisation running statistics (track_running_stats=True).":
    "让归一化层使用滑动统计量（track_running_stats=True）。",
  "Let no operation of forward() reach across the first axis.": "不要让 forward() 中的运算跨越第一个轴。",
  "Let forward() work for any number of rows.": "让 forward() 适用于任意行数。",
  "Return the scores before the last softmax or sigmoid.": "返回最后的 softmax 或 sigmoid 之前的得分。",
  "The model returns probabilities, and is sure ({}). The gradient of such a probability vanishes: what is left is mostly rounding.":
    "模型返回概率，并且很确定（{}）。这样的概率的梯度消失：剩下的大多是舍入误差。",
  "The model returns logarithms of probabilities: a map also shows what speaks against other classes.":
    "模型返回概率的对数：图中也会显示反对其他类别的内容。",
  "The model is sure ({}). Explained is the score before the softmax, which does not saturate as the probability does.":
    "模型很确定（{}）。所解释的是 softmax 之前的得分，它不像概率那样饱和。",
  "The gradient reaches the input and is finite.": "梯度到达输入，并且是有限的。",
  "The gradient is zero everywhere: no small change of the input moves the score.":
    "梯度处处为零：输入的微小变化都不改变得分。",
  "Look for a clamp or step that is saturated, dead ReLUs, or an output that no longer reacts.":
    "请查找饱和的截断或阶跃、失活的 ReLU，或不再有反应的输出。",
  "{} of {} values of the gradient are NaN or infinite.": "梯度的 {} 个值（共 {} 个）是 NaN 或无穷大。",
  "Look for a square root or logarithm of zero, or a division by it.": "请查找对零取平方根、取对数，或除以零之处。",
  "{} of the gradient is exactly zero: it sees next to nothing of the input.":
    "梯度有 {} 恰好为零：它几乎看不到输入的任何内容。",
  "{} of the gradient is exactly zero.": "梯度有 {} 恰好为零。",
  "A small step along the gradient moves the score as the gradient says.":
    "沿梯度走一小步，得分的变化与梯度所说的一致。",
  "The gradient is not the score's slope: a small step along it moves the score by {} times what it says. A detached part, a straight-through estimator or a custom backward pass lies between.":
    "梯度不是得分的斜率：沿它走一小步，得分的变化是它所说的 {} 倍。其间有 detach 的部分、直通估计或自定义的反向传播。",
  "Prefer methods without gradients, or let the whole way be differentiated.":
    "宜用不需要梯度的方法，或让整条路径都可微。",
  "Operations write into their own input ({}). That is harmless here: the model gets a copy of the input, and no value that a method keeps is written over.":
    "有运算写入自己的输入（{}）。这在这里无害：模型得到的是输入的副本，方法保留的值不会被覆盖。",
  "Custom autograd functions ({}) say themselves what their gradient is, and have no rule for guided backpropagation, DeepLIFT and LRP.":
    "自定义的 autograd 函数（{}）自行规定其梯度，并且没有导向反向传播、DeepLIFT 和 LRP 的规则。",
  "Something that depends on the input is cut off from the gradient ({}). If the score depends on it, gradients do not see that.":
    "有取决于输入的内容与梯度断开（{}）。如果得分取决于它，梯度看不到。",
  "Let the operation return a new tensor instead of writing into its input.":
    "让运算返回新的张量，而不是写入自己的输入。",
  "Let no operation on the way detach or round, or use a method without gradients.":
    "途中不要有 detach 或取整的运算，或使用不需要梯度的方法。",
  "Methods that hide parts of the input remain.": "仍可使用隐藏输入部分的方法。",
  "The model is in evaluation mode.": "模型处于评估模式。",
  "The model is in training mode, but has no layer that is known to act otherwise there.":
    "模型处于训练模式，但没有已知在此模式下行为不同的层。",
  "The model is in training mode. Explanations run it in evaluation mode: there {} (dropout, batch normalisation) act otherwise, and your own predictions are of another function.":
    "模型处于训练模式。解释时以评估模式运行：其中 {}（dropout、批归一化）的行为不同，而你自己的预测出自另一个函数。",
  "The model is in evaluation mode, but {} in it are in training mode, as for Monte Carlo dropout. Explanations run all of it in evaluation mode.":
    "模型处于评估模式，但其中 {} 处于训练模式，如同蒙特卡洛 dropout。解释时全部以评估模式运行。",
  "Call model.eval() where you predict, so that you see what is explained.":
    "在预测之处调用 model.eval()，这样所见即所解释。",
  "Where that randomness is meant, remember that the map explains the model without it.":
    "如果这种随机性是有意的，请记住此图解释的是没有它的模型。",
  "The weights lie on several devices: {}. Inputs are put on {}.": "权重分布在多个设备上：{}。输入放在 {} 上。",
  "Move the model to one device, if it fails.": "如果失败，请把模型移到一个设备上。",
  "All weights are {}, on one device.": "所有权重均为 {}，在同一个设备上。",
  "The weights are of several number types: {}. The coarsest limits all.": "权重有多种数值类型：{}。精度以最粗的为限。",
  "The model computes in {}, whose rounding moves maps by about {}.": "模型以 {} 计算，其舍入使图变动约 {}。",
  "Explain model.float() where small values matter.": "在意细小的值时，请解释 model.float()。",
  "{} of the model's tensors hold NaN or infinity.": "模型的 {} 个张量含有 NaN 或无穷大。",
  "Load or train the weights again.": "请重新加载或训练权重。",
  "The model cannot be copied, so it is explained in place and put back after each pass.":
    "模型无法复制，因此就地解释，每次运行后恢复原状。",
  "Do not train it meanwhile.": "其间不要训练它。",
  "The weights are frozen, which does not matter: gradients are of the input.":
    "权重已冻结，这没有关系：梯度是对输入的。",
  "The input is the same value everywhere ({}): there is nothing to tell apart.":
    "输入处处是同一个值（{}）：没有可区分的内容。",
  "Check how it was prepared.": "请检查它是如何准备的。",
};
