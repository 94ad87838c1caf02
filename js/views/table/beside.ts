// Nothing of this is used here. Other views of the same parts take it: what only some take is cut into parts of their own
// (js/parts.mjs), each of which costs every view.
import "../../core/paint";
import "../../core/text/visible";
import "../../dom/legend";
import "../../panels/reading";
