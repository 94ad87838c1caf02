// What cannot be done with a model, an input or a question, and what to do.
export const refused: Record<string, string> = {
  // in a step of a tutorial
  "It could not be checked: {}.": "无法检查：{}。",

  // in JupyterLab's side panel and menus
  "Both must show an explanation of one input: a map, or one value a word or column.":
    "两者都必须显示对同一输入的解释：一张图，或每个词、每列一个值。",
  "These two explain different inputs: what one has a value for, the other has not.":
    "这两者解释的是不同的输入：一个有值的部分，另一个没有。",
  "The explanation was cancelled before its first result.": "此解释在得到第一个结果之前已被取消。",
  "Nothing has been found out yet.": "尚未得到任何结果。",
  "The kernel does not know this widget any more. Run its cell again.": "内核已没有此控件。请重新运行其单元格。",

  // methods
  "cam needs global average pooling and one linear layer after {}, and the scores are not made like that here. Choose the layer before the pooling, or take grad_cam.":
    "cam 要求 {} 之后是全局平均池化和一个线性层，而这里的得分不是这样得出的。请选择池化之前的层，或用 grad_cam。",
  "It needs global average pooling and one linear layer after {}, and the scores are not made like that here. Choose the layer before the pooling, or take grad_cam.":
    "要求 {} 之后是全局平均池化和一个线性层，而这里的得分不是这样得出的。请选择池化之前的层，或用 grad_cam。",
  "this function": "此函数",
  "It multiplies attention over all tokens; this model attends {}. Use attention_lrp.":
    "它把对所有词元的注意力相乘；此模型的注意力是 {}。请用 attention_lrp。",
  "It is for convolutional and dense networks; use attention_lrp for transformers.":
    "它用于卷积网络和全连接网络；Transformer 请用 attention_lrp。",
  "It needs a picture: an input of shape [channels, height, width].": "需要图像：形状为 [通道, 高, 宽] 的输入。",
  "The layer {} puts out shape {}, which is no map. Choose one with height and width.":
    "层 {} 输出的形状为 {}，不是图。请选择有高和宽的层。",
  "A path needs a floating-point input.": "路径需要浮点输入。",
  "Gradients need a floating-point input, or a layer that makes one.": "梯度需要浮点输入，或产生浮点数的层。",
  "Gradients need a floating-point input, got {}.": "梯度需要浮点输入，得到的是 {}。",
  "It needs a floating-point input.": "需要浮点输入。",
  "attention {} has {} heads, counted from 0: there is no head {}.":
    "注意力 {} 有 {} 个头，从 0 数起：没有第 {} 个头。",
  "the model runs {} attentions, counted from 0: there is no number {}.":
    "模型运行 {} 次注意力，从 0 数起：没有第 {} 次。",
  "The box rule needs a picture, whose black and white are known. Choose another rule of the first layer, such as first='w_square'.":
    "box 规则需要图像，且黑与白已知。请为首层选择别的规则，例如 first='w_square'。",
  "lrp: {} cannot be 'z_box', which is for values with known ends: inputs. Give first='z_box'.":
    "lrp：{} 不能是 'z_box'，它用于两端已知的值，即输入。请给出 first='z_box'。",
  "There is no first layer above a layer. Leave out first= or layer=.": "某一层之上没有首层。请去掉 first= 或 layer=。",
  "The box rule needs a first layer that takes values between black and white. Choose another rule of the first layer, such as first='w_square'.":
    "box 规则要求首层接受黑白之间的值。请为首层选择别的规则，例如 first='w_square'。",
  "It needs a transformer: this model has no attention that can be seen.": "需要 Transformer：此模型没有可见的注意力。",
  "The score does not depend on the last attention, so it is not known where it is read. Use saliency.":
    "得分不取决于最后一次注意力，因此不知道它在何处读取。请用 saliency。",
  "attention_rollout multiplies attention over all tokens; this model attends {}. Use attention_lrp.":
    "attention_rollout 把对所有词元的注意力相乘；此模型的注意力是 {}。请用 attention_lrp。",
  "in windows": "分窗口的",
  "Give the parameters to {}(...), not beside it: {}.": "参数要写进 {}(...)，而不是写在旁边：{}。",
  "It tries all coalitions of at most {} groups, here are {}: join some by feature_mask.":
    "它要遍历至多 {} 个组的所有联盟，这里有 {} 个组：用 feature_mask 合并一些。",
  "No layer has a map through which the score flows, so there is nothing to draw. Name one by layer=...":
    "没有得分流经的特征图，因此无图可画。请用 layer=... 指定一层。",
  "No layer lies before the scores, so there are no units to look at.": "得分之前没有层，因此没有可查看的单元。",
  "{} has no rule for {}, called in {}. {}": "{} 没有针对 {} 的规则（调用于 {}）。{}",
  "Use a method that needs no rules, such as occlusion.": "请用不需要规则的方法，例如 occlusion。",
  "Let the model return its logits.": "请让模型返回 logits。",
  "Packed sequences have no rules. Give the recurrent layer its rows as they are, padded or one by one.":
    "打包的序列没有规则。请把各行按原样（补齐或逐个）交给循环层。",
  "lrp is for convolutional and dense networks; use attention_lrp for transformers.":
    "lrp 用于卷积网络和全连接网络；Transformer 请用 attention_lrp。",
  "The model takes another path for the baseline than for the input, so deep_lift cannot compare them. Use integrated_gradients.":
    "模型对基线走的路径与对输入的不同，因此 deep_lift 无法比较。请用 integrated_gradients。",
  "It needs a differentiable model, which {} is not: use a perturbation method, such as kernel_shap.":
    "需要可微的模型，而 {} 不可微：请用扰动方法，例如 kernel_shap。",

  // models
  "module {} has no attribute {}": "模块 {} 没有属性 {}",
  "{} does not fit here. {}": "{} 在这里不适用。{}",
  "model must be a torch.nn.Module, a scikit-learn estimator or a function of a batch, got {}.{}":
    "模型必须是 torch.nn.Module、scikit-learn 估计器或对一批输入的函数，得到的是 {}。{}",
  "The sizes of some layers are not known yet (nn.Lazy...): pass a batch through the model first.":
    "有些层的大小还不确定（nn.Lazy...）：请先让一批输入通过模型。",
  "labels must be the names of all classes, got {}.": "labels 必须是所有类别的名称，得到的是 {}。",
  "labels must name each of the classes 0..{}, got {}.": "labels 必须给类别 0..{} 逐一命名，得到的是 {}。",
  "Give an instance, not the class.": "请给出实例，而不是类。",
  "The model comes first, then what is explained.": "先给出模型，再给出要解释的内容。",
  "Load weights into a module first: module.load_state_dict(...).": "请先把权重载入模块：module.load_state_dict(...)。",
  "The function must return numbers, one row of scores an input, got {}.":
    "函数必须返回数，每个输入一行得分，得到的是 {}。",
  "The model must return scores at each position, [n, tokens, vocabulary], as a language model does.":
    "模型必须像语言模型那样返回每个位置的得分 [n, 词元, 词表]。",
  "A language model must return scores for each position, [n, tokens, vocabulary], got {}.":
    "语言模型必须返回每个位置的得分 [n, 词元, 词表]，得到的是 {}。",
  "The model knows {} tokens, got number {}.": "模型有 {} 个词元，得到的编号是 {}。",
  "The model ran out of memory on a single input. Use a smaller input, or a device with more memory.":
    "模型在单个输入上就内存不足。请用更小的输入，或内存更大的设备。",
  "The model's weights changed when {} of its explanation was done, and what was computed is of the old ones. Explain it again, and train it before or after.":
    "解释完成 {} 时模型的权重改变了，已算出的属于旧权重。请重新解释，并在之前或之后训练。",
  "The model is on the meta device, where weights have no values: load it onto a real one first.":
    "模型在 meta 设备上，那里的权重没有值：请先加载到真正的设备上。",
  "The model must return one row of scores an input: for a batch of {} it returned {}.":
    "模型必须对每个输入返回一行得分：对 {} 个输入的批次它返回了 {} 行。",
  "The model raised {}: {}": "模型引发了 {}：{}",
  "Give each input that it needs by its name: dict({}).": "请按名称给出它需要的每个输入：dict({})。",
  "The model takes pictures of shape [{}, height, width].": "模型接受形状为 [{}, 高, 宽] 的图像。",
  "If the model takes pictures of another size, let preprocess= make them.":
    "如果模型接受另一尺寸的图像，请让 preprocess= 生成。",
  "If it is a batch, give one of it, x[0].": "如果这是一批，请给出其中之一 x[0]。",
  "The model raised {} for an input of {}: {}": "模型对 {} 的输入引发了 {}：{}",
  "The model raised {} on the way back from its score: {} Use a perturbation method, such as occlusion.":
    "模型从得分反向传播时引发了 {}：{} 请用扰动方法，例如 occlusion。",
  "The model checkpoints activations, which this way back cannot pass. {}":
    "模型使用激活检查点，这种反向传播无法通过。{}",
  "Turn checkpointing off, which saves memory in training only.": "请关闭检查点（它只在训练时节省内存）。",
  "Let it keep the batch axis: squeeze(1), not squeeze().": "请让它保留批次轴：用 squeeze(1) 而不是 squeeze()。",
  "The model must return real scores, got {}: explain lambda x: model(x).abs(), or another part.":
    "模型必须返回实数得分，得到的是 {}：请解释 lambda x: model(x).abs() 或其他部分。",
  "Nothing can be computed with weights of {}: give model.bfloat16() or model.float().":
    "权重类型为 {}，无法计算：请给出 model.bfloat16() 或 model.float()。",
  "The model's output does not depend on its input by differentiable operations (was it detached, or computed within torch.no_grad() or torch.inference_mode()?). Use a perturbation method, such as occlusion.":
    "模型的输出不是经可微运算取决于输入（是否用了 detach，或在 torch.no_grad() 或 torch.inference_mode() 之内计算？）。请用扰动方法，例如 occlusion。",
  "Tensors that were made within torch.inference_mode() have no gradients, and no model of them has: make them outside of it, or clone() them there.":
    "在 torch.inference_mode() 之内产生的张量没有梯度，由其组成的模型也没有：请在其外产生，或在其外 clone()。",
  "The model has no linear layer.": "模型没有线性层。",
  "A layer is given by its name, as model.named_modules() lists it; got {}.":
    "层由 model.named_modules() 所列的名称给出；得到的是 {}。",
  "The model has no layer {}. {}": "模型没有层 {}。{}",
  "Did you mean {}?": "是否指 {}？",
  "Its last layers are: {}.": "它最后的层有：{}。",
  "It has no layers.": "它没有层。",
  "The model has {} classes, but {} labels were given.": "模型有 {} 个类别，却给出了 {} 个标签。",
  "The score does not depend on the layer {} by differentiable operations. Choose another layer.":
    "得分不是经可微运算取决于层 {}。请选择别的层。",
  "There is no {}: for one input, the layer puts out shape {}.": "没有 {}：对一个输入，该层输出的形状为 {}。",
  "The layer {} put out no tensor of floating-point numbers on the way to the score. Choose another.":
    "层 {} 在通往得分的路上没有输出浮点张量。请另选。",
  "No layer put out a tensor of floating-point numbers on the way to the score. Of functions, TorchScript and exported graphs no layer can be seen: give the module itself.":
    "没有一层在通往得分的路上输出浮点张量。函数、TorchScript 和导出的图看不到各层：请给出模块本身。",
  "The model must return a tensor of class scores [n, classes], or a tuple, dict or object that holds one; got {}.{}":
    "模型必须返回类别得分的张量 [n, 类别]，或含有它的元组、字典或对象；得到的是 {}。{}",
  "Explain what holds them, lambda x: model(x){}, or a number of it, target=lambda out: {}.":
    "请解释其中含有得分的部分 lambda x: model(x){}，或其中的一个数 target=lambda out: {}。",
  "The model must return floating-point scores, got {}; class numbers cannot be explained.":
    "模型必须返回浮点得分，得到的是 {}；类别编号无法解释。",
  "The model must return one row of scores an input, [n, classes], got shape {}. {}":
    "模型必须对每个输入返回一行得分 [n, 类别]，得到的形状是 {}。{}",
  "Say what to explain of it by a function that makes one number of each input: target=lambda out: {}.":
    "请用一个函数说明解释其中的什么，它为每个输入给出一个数：target=lambda out: {}。",
  "The model must return at least one score an input, got shape {}.":
    "模型必须对每个输入至少返回一个得分，得到的形状是 {}。",
  "The model returned NaN for an input of {}.": "模型对 {} 的输入返回了 NaN。",
  "A target must be a class number, a label, a pair of these, a Unit or None, got {}.":
    "目标必须是类别编号、标签、它们的一对、Unit 或 None，得到的是 {}。",
  "The model has one output, number 0, got the target {}.": "模型只有一个输出，编号为 0，得到的目标是 {}。",
  "The target must lie in 0..{} (the model has {} classes), got {}.":
    "目标必须在 0..{} 之内（模型有 {} 个类别），得到的是 {}。",
  "The target {} is a label, but no labels were given. Pass labels=[...], or a class number.":
    "目标 {} 是标签，却没有给出标签表。请给出 labels=[...]，或类别编号。",
  "There is no label {} among the {} labels.{}": "{} 不在 {} 个标签之中。{}",
  "The label {} is that of {} classes, {}. Give the number of one.":
    "标签 {} 属于 {} 个类别：{}。请给出其中之一的编号。",
  "The nearest are: {}.": "最接近的有：{}。",
  "A target pair has two classes (why the first rather than the second), got {}: {}.":
    "一对目标有两个类别（为何是前者而不是后者），得到的是 {}：{}。",
  "The two classes of a target pair must differ, got {} twice.": "一对目标的两个类别必须不同，得到的是两个 {}。",
  "The tokenizer finds no token in the text {}.": "分词器在文本 {} 中找不到词元。",
  "No layer of the model makes vectors of the whole numbers it is given, so it cannot be explained by them. Give floating-point numbers, such as x.float() where they are features, or inputs_embeds.":
    "模型没有把所给整数变成向量的层，因此无法据此解释。请给出浮点数：是特征时用 x.float()，或给出 inputs_embeds。",
  "The layer {} puts out {} for two, so none can be told from the other. Choose another.":
    "层 {} 对两个输入输出 {}，因此无法区分。请另选。",
  "A view of a model is of one input, with a batch axis of 1; got shape {}.":
    "模型的视图针对一个输入，批次轴为 1；得到的形状是 {}。",
  "The layer {} did not run this time. Choose another layer.": "层 {} 这次没有运行。请选择别的层。",
  "The layer {} ran {} times where it had run {} times before, so its last run cannot be told. Choose another layer.":
    "层 {} 运行了 {} 次，而之前运行了 {} 次，因此无法确定其最后一次。请选择别的层。",
  "The layer {} put out no tensor of floating-point numbers: it {}. Choose another.":
    "层 {} 没有输出浮点张量：它{}。请另选。",
  "puts out {}": "输出 {}",
  "does not run on the way to the score": "不在通往得分的路上运行",

  // inputs and questions
  "the input is empty: its shape is {}.": "输入为空：其形状为 {}。",
  "the text is empty: give at least one word.": "文本为空：请至少给出一个词。",
  "The tokenizer does not belong to the model: it made a token of number {}, and the model has vectors for {} tokens. Load both from the same place.":
    "分词器与模型不配套：它产生了编号为 {} 的词元，而模型只有 {} 个词元的向量。请从同一处加载两者。",
  "The tokenizer does not belong to the model: it knows {} tokens, and the model has vectors for {}. Load both from the same place.":
    "分词器与模型不配套：它认识 {} 个词元，而模型只有 {} 个词元的向量。请从同一处加载两者。",
  "tokens are one row of whole numbers, got shape {}: give one of it, x[0].":
    "词元是一行整数，得到的形状是 {}：请给出其中之一 x[0]。",
  "Only a language model, with its tokenizer, finds part of a text likely or not: choose a class.":
    "只有带分词器的语言模型才能判断文本的一段是否可能：请选择类别。",
  "no token begins in this part of the text: choose more of it.": "文本的这一段中没有词元开始：请多选一些。",
  "nothing stands before the first token, so a language model says nothing of it. Choose a later one.":
    "第一个词元之前什么也没有，因此语言模型对它无话可说。请选择后面的词元。",
  "the two tokens are the same: choose another one to compare with.": "两个词元相同：请另选一个来比较。",
  "the text fills the {} tokens that the model takes: nothing can follow. Shorten it.":
    "文本已占满模型所接受的 {} 个词元：后面无法再写。请缩短它。",
  "the text is damaged: character {} is half of a surrogate pair. Decode it as UTF-16, or remove it.":
    "文本已损坏：第 {} 个字符是半个代理对。请按 UTF-16 解码，或去掉它。",
  "generate needs at least one token to write.": "generate 至少要写一个词元。",
  "The text was not written within {} s.": "文本在 {} 秒内没有写完。",
  "The writing was stopped before its first token.": "在第一个词元之前就停止了书写。",
  "there is no answer to {} for this model.": "对此模型无法回答 {}。",
  "Only a language model can go on with a text.": "只有语言模型才能续写文本。",
  "A function of texts has no attention that can be seen.": "文本的函数没有可见的注意力。",
  "Nothing is left of the text: take an edit back.": "文本已经空了：请撤回一处改动。",
  "Values of shape {} are not one of each of {} tokens. Leave layer at its default.":
    "形状为 {} 的值不是 {} 个词元各一个。请把层留在默认值。",
  "Values of shape {} are not one a column. Leave layer at its default.":
    "形状为 {} 的值不是每列一个。请把层留在默认值。",
  "Values of shape {} are no map of the picture. Choose a layer with height and width.":
    "形状为 {} 的值不是此图像的图。请选择有高和宽的层。",
  "the file must be a {} picture, and it cannot be read as one.": "文件必须是 {} 图像，而它无法读取。",
  "There is no other picture yet: choose a file, or give the widget other=...":
    "还没有另一张图：请选择文件，或给控件 other=...",
  "the picture must have at most {} pixels, got {} x {}.": "图像最多 {} 个像素，得到的是 {} x {}。",
  "preprocess draws random numbers, which only Python's own thread can put back: give other= there.":
    "preprocess 抽取随机数，只有 Python 自己的线程才能恢复：请在那里给出 other=。",
  "The code that was given is of the picture without changes: undo them first, or give an encoder.":
    "所给的编码属于没有改动的图像：请先撤销改动，或给出编码器。",
  "A scenario needs a name.": "情景需要名称。",
  "The row as it was given has the name {}: choose another one.": "给定的行名为 {}：请另取名称。",
  "At most {} scenarios can be kept: remove one first.": "最多保留 {} 个情景：请先删除一个。",
  "There is no map of the words yet.": "还没有词的分布图。",
  "there is no column {}; there are {}.": "没有列 {}；有 {}。",
};
