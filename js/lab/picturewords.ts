// What stands above a saved picture.
import { VERSION } from "../core/version";
import { inLanguage } from "./language";

const english = {
  newer: (found: number, known: number) =>
    `This view was saved in version ${found} of the form, and this extension (xai_widgets ${VERSION}) reads version ${known}: install a newer xai_widgets, then reload the page.`,
  saved: "A saved picture. Run the cell to bring it to life.",
  damaged: "What was saved of this view is damaged: only its picture can be shown. Run the cell to bring it back.",
  closed: "This widget was closed and its memory freed. Run the cell to bring it back.",
};

const chinese: typeof english = {
  newer: (found, known) =>
    `此视图以格式的版本 ${found} 保存，而此扩展（xai_widgets ${VERSION}）读取版本 ${known}：请安装更新的 xai_widgets，然后重新加载页面。`,
  saved: "这是保存的图片。运行单元格可使其恢复交互。",
  damaged: "此视图保存的数据已损坏，只能显示其图片。运行单元格可使其恢复。",
  closed: "此控件已关闭，其内存已释放。运行单元格可使其恢复。",
};

export const PICTURE_WORDS = inLanguage(english, chinese);
