// What the pages do better with a script. Every page reads and decides without it.
import htmx from "htmx.org";
import { refreshTimes } from "./ago.js";
import { countCharacters } from "./count.js";
import { copyFields } from "./copy.js";
import { keepDrafts } from "./draft.js";
import { showFiles } from "./files.js";
import { findInLists } from "./find.js";
import { followLive } from "./live.js";
import { pickColours } from "./pick.js";
import { askQuietly, pauseWhenHidden } from "./poll.js";
import { closeMenus } from "./menu.js";
import { submitOnce } from "./once.js";
import { chooseTheme } from "./theme.js";

// start makes one part of a document work: the page once, then whatever is swapped in.
function start(root) {
  countCharacters(root);
  showFiles(root);
  findInLists(root);
  copyFields(root);
  pickColours(root);
  keepDrafts(root, window.localStorage);
}

chooseTheme(document);
closeMenus(document);
submitOnce(document);
pauseWhenHidden(document);
askQuietly(document);
refreshTimes(document);
start(document);
htmx.onLoad((node) => {
  if (node !== document.body) start(node);
});
followLive(document, (node) => {
  htmx.process(node);
  start(node);
});
