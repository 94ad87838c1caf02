// Nothing of this is used here. The views of widgets take all of it, and so does this one: what only some take is cut
// into parts of their own (js/parts.mjs), each of which costs every view.
import "../../core/arrays";
import "../../core/outdated";
import "../../core/paint";
import "../../core/palette";
import "../../core/ranking";
import "../../dom/combobox";
import "../../dom/legend";
import "../../panels/handle";
import "../../panels/health";
import "../../panels/method";
import "../../panels/said";
import "../../panels/search";
import "../../panels/shown";
import "../../panels/status";
import "../../panels/title";
import "../../panels/trust";
