// The page that shows what is in a file: arrows lead to the files before and after it, Escape to the list.

addEventListener("keydown", event => {
    const { key, target } = event;
    const isElsewhere = event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
    // Players wind by arrows.
    if (isElsewhere || target.closest("audio, video")) return;
    const leadsTo = { ArrowLeft: "[rel=prev]", ArrowRight: "[rel=next]", Escape: "#back" }[key];
    if (leadsTo) document.querySelector(leadsTo)?.click();
});

// A picture may be of a kind that this browser does not know, or may have failed before this script came.
const picture = document.querySelector(".preview img");
picture?.addEventListener("error", sayWhy);
if (picture?.complete && picture.naturalWidth === 0) sayWhy();

function sayWhy() {
    picture.hidden = true;
    document.querySelector(".unshown").hidden = false;
}
