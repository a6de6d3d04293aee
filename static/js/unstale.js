// Progressive enhancement: small comforts over pages that work without them.
// Nothing here may decide, validate or send anything; a page with this file removed loses no function.

const COPIED_FOR_MS = 2000;

/** Everything in `root` that matches, `root` itself included: htmx hands over the new element, not its parent. */
function within(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  return root.matches?.(selector) ? [root, ...found] : found;
}

/** The server writes `<dialog open>`, which anyone can use; as a modal it also keeps the focus inside. */
function openModals(root) {
  for (const dialog of within(root, "dialog[data-modal]")) {
    if (dialog.matches(":modal")) continue;
    dialog.close();
    dialog.showModal();
    // Escape is the way out that the dialog itself offers. The event of the close() above comes when it is open again.
    dialog.addEventListener("close", () => {
      if (!dialog.open) dialog.querySelector("[data-escape]")?.click();
    });
  }
}

/** Times arrive in UTC. The server's own text stays as the tooltip. */
function localiseTimes(root) {
  for (const element of within(root, "time[data-local]")) {
    const instant = new Date(element.dateTime);
    if (Number.isNaN(instant.getTime())) continue;
    element.title ||= element.textContent.trim();
    const format = { dateStyle: "medium", timeStyle: "short" };
    element.textContent = new Intl.DateTimeFormat(undefined, format).format(instant);
  }
}

/** Next follows the live counter. The server refuses by itself; this only says so earlier. */
function keepNextInStep() {
  const stop = document.querySelector("[data-next-disabled]:not([data-next-disabled=false])");
  for (const button of document.querySelectorAll("button[data-next]")) button.disabled = stop !== null;
}

/** A text that is too long to be sent at every pause waits for a button; the hint at the counter says so. */
function waitsForButton(element) {
  if (element.matches("button")) return false;
  const form = element.closest("form");
  const long = form?.querySelector("[data-longest-live]");
  const waits = long != null && long.value.length > Number(long.dataset.longestLive);
  for (const hint of form?.querySelectorAll("[data-live-paused]") ?? []) hint.hidden = !waits;
  return waits;
}

/** What had the focus in a part that is being replaced: the part, the control by name and value, and its place among its like. */
let lostFocus = null;

/** The controls of a name that can take the focus: what is folded away, or for browsers without scripts, cannot. */
function seen(part, name) {
  return within(part, `[name="${name}"]`).filter((control) => control.checkVisibility());
}

function rememberFocus(part) {
  const control = document.activeElement;
  const place = control?.name ? seen(part, control.name).indexOf(control) : -1;
  if (place < 0) return;
  const { name, value, type } = control;
  lostFocus = { part: part.id, name, value, place, isTick: type === "checkbox" };
}

/**
 * A list that was made anew has the same row elsewhere: the focus goes with it. X takes its own row away: then it goes to
 * the X that moved up, or to the heading when none is left. A tick whose row is gone gives it to the heading too, because
 * a key would tick another asset.
 */
function restoreFocus(part) {
  if (!lostFocus || document.activeElement !== document.body) return;
  const { part: id, name, value, place, isTick } = lostFocus;
  // One answer may bring several parts.
  if (id && !part.closest(`#${id}`)) return;
  const controls = seen(part, name);
  const same = controls.find((control) => control.value === value);
  const beside = isTick ? null : controls[Math.min(place, controls.length - 1)];
  const next = same ?? beside ?? within(part, "h2").find((heading) => heading.checkVisibility());
  // What comes in several elements is handed over one by one.
  if (!next) return;
  lostFocus = null;
  if (next.matches("h2")) next.tabIndex = -1;
  next.focus();
}

/** What each part that asks again and again was answered last. */
const lastAnswer = new Map();

/** The same answer once more replaces nothing: focus, selection and what a screen reader says stay as they are. */
function keepUnchanged({ detail }) {
  const { target, elt, xhr } = detail;
  const asksAgain = elt === target && target.getAttribute("hx-trigger")?.startsWith("every");
  if (!asksAgain) return void lastAnswer.delete(target.id);
  if (lastAnswer.get(target.id) === xhr.responseText) detail.shouldSwap = false;
  lastAnswer.set(target.id, xhr.responseText);
}

// The lists of an outcome come beside another part. One that says what it said stays, with what is marked in it; in another
// stays open what was open.
const lastBeside = new Map();
function keepBeside({ detail }) {
  const { target, fragment } = detail;
  if (!target.closest("#urls")) return;
  const html = fragment.firstElementChild?.innerHTML;
  if (lastBeside.get(target.id) === html) return void (detail.shouldSwap = false);
  lastBeside.set(target.id, html);
  const before = target.querySelectorAll("details");
  fragment.querySelectorAll("details").forEach((details, at) => {
    details.open = before[at]?.open ?? false;
  });
}

async function copyText(text) {
  // The clipboard API exists on https and localhost only; an intranet often has neither.
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  const host = document.querySelector("dialog:modal") ?? document.body;
  host.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser refused to copy");
}

async function copyFrom(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source || button.dataset.copying !== undefined) return;
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  button.dataset.copying = "";
  try {
    await copyText(source.value ?? source.textContent.trim());
    label.textContent = "Copied";
  } catch {
    label.textContent = "Could not copy";
  }
  setTimeout(() => {
    label.textContent = before;
    delete button.dataset.copying;
  }, COPIED_FOR_MS);
}

/** Shift reaches from the row that was ticked last to this one; they are stored in one request. */
let lastTicked = null;

function tickRange(event) {
  const box = event.target.closest?.("[data-range] input[name=asset]");
  if (!box) return;
  const boxes = [...box.closest("[data-range]").querySelectorAll("input[name=asset]:not(:disabled)")];
  const from = boxes.findIndex((other) => other.value === lastTicked);
  lastTicked = box.value;
  if (!event.shiftKey || from < 0) return;
  const to = boxes.indexOf(box);
  for (const other of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) {
    if (other === box || other.checked === box.checked) continue;
    other.checked = box.checked;
    unsent.set(other.value, other.checked);
  }
}

/** With Shift, Firefox ticks nothing where a label is clicked: in every browser the box is clicked in its place. */
function clickBox(event) {
  const pick = event.shiftKey && event.target.closest("[data-range] .asset-pick");
  if (!pick || event.target.closest("input, a, button")) return;
  event.preventDefault();
  const click = new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: true });
  pick.querySelector("input[name=asset]:not(:disabled)")?.dispatchEvent(click);
}

/** Ticks that changed and are not known to be stored: by their keys, whether ticked. */
const unsent = new Map();

/** As the form says it: all that changed, and which of it is ticked. Its row may be on another page by now. */
function sayTicks(fields) {
  const said = fields.getAll("asset");
  for (const [key, ticked] of unsent) {
    fields.append("tick", key);
    if (ticked && !said.includes(key)) fields.append("asset", key);
  }
}

function tellTicks(event) {
  if (event.detail.elt.matches("[data-range]")) sayTicks(event.detail.formData);
}

/**
 * What changed once more meanwhile goes with the next request. What was not stored does not stay ticked as if it was; where
 * nobody knows whether it was, the next request says how it stands now.
 */
function settleTicks(elt, fields, status) {
  if (!elt.matches("[data-range]")) return;
  const ticked = fields.getAll("asset");
  const isUnclear = status === 0 || status >= 500;
  for (const key of fields.getAll("tick")) {
    const isTicked = ticked.includes(key);
    const isLatest = unsent.get(key) === isTicked;
    if (isLatest && isUnclear) unsent.set(key, !isTicked);
    else if (isLatest) unsent.delete(key);
    for (const box of document.querySelectorAll(`[data-range] input[name=asset][value="${key}"]`)) {
      if (isDone(status)) sayStored(box, isTicked);
      else if (isLatest) box.checked = storedField(box) !== null;
    }
  }
}

function storedField(box) {
  return box.parentElement.querySelector("input[name=was]");
}

/** The form says what was stored beside what is ticked: otherwise its next button would store it once more. */
function sayStored(box, isStored) {
  const was = storedField(box);
  if (isStored === (was !== null)) return;
  if (was) return void was.remove();
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "was", value: box.value });
  box.after(field);
}

/** A list that goes away takes its requests with it: what they had to say is said without waiting for an answer. */
function saveTicks(part) {
  const form = within(part, "[data-range]")[0]?.closest("form");
  if (unsent.size === 0 || !form) return;
  const fields = new URLSearchParams();
  sayTicks(fields);
  navigator.sendBeacon(form.action, fields);
}

/** The new list may have been made before they were stored. */
function showTicks(root) {
  const boxes = within(root, "[data-range] input[name=asset]");
  for (const box of boxes.filter((it) => unsent.has(it.value))) {
    box.checked = unsent.get(box.value);
    sayStored(box, box.checked);
  }
  if (within(root, "[data-range]").length) unsent.clear();
}

/** The folders in a folder load when it is opened first, or again where they did not come; after that it only folds. */
function unfold(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  const inside = button.closest("li").querySelector(".folder-inside");
  if (!inside) return;
  inside.hidden = !open;
  if (open && inside.childElementCount === 0) button.dispatchEvent(new Event("unfold"));
}

/** Where something is said: what lies behind an open modal is neither seen nor read out. */
function noticesInSight() {
  return document.querySelector("dialog:modal .notices") ?? document.querySelector("#notices");
}

/** Errors come with the address of the page's own notices. */
function sayInSight({ detail }) {
  if (detail.target.id !== "notices") return;
  detail.target = noticesInSight();
  detail.target.dataset.verb = detail.requestConfig.verb;
}

/** No answer came. Of a step that is said each time; a part that only asks does not talk over what is said. */
function sayUnreachable(verb) {
  const notices = noticesInSight();
  const isStep = verb !== "get";
  if (!isStep && notices.childElementCount > 0) return;
  notices.dataset.verb = verb;
  notices.replaceChildren(document.querySelector(isStep ? "#not-stored" : "#unreachable").content.cloneNode(true));
}

function isDone(status) {
  return status >= 200 && status < 400;
}

/** An answer, of whatever kind; `status` is 0 where none came. */
function settle({ elt, xhr: { status }, requestConfig: { verb, formData } }) {
  settleTicks(elt, formData, status);
  if (!isDone(status)) {
    if (elt.matches("[data-unfold][aria-expanded=true]")) unfold(elt);
    return;
  }
  // What was said of a step is over when a later one is stored; of what only asked, when anything comes.
  for (const notices of document.querySelectorAll(".notices")) {
    if (verb !== "get" || notices.dataset.verb === "get") notices.replaceChildren();
  }
}

/** A part that takes its ticks along undoes none that was set meanwhile: it asks again. */
function keepTicks({ detail }) {
  const { target, requestConfig } = detail;
  if (target.id !== "changed") return;
  const ticked = (fields) => String(fields.getAll("asset"));
  if (ticked(new FormData(target)) !== ticked(requestConfig.formData)) detail.shouldSwap = false;
}

/** A status that stays is read out when its words change; of one that is swapped in with its words they may be missed. */
function tellStatus() {
  for (const line of document.querySelectorAll("#picker-status > [data-of]")) {
    const said = [...document.querySelectorAll(`[data-says=${line.dataset.of}]`)].filter((part) => part.checkVisibility());
    const words = said.map((part) => part.textContent.trim()).join(" ");
    if (line.textContent !== words) line.textContent = words;
  }
}

/** Where the folders stand beside the list, the style sheet shows them anyway; not all that reads a page knows that. */
function openFolders(root) {
  if (!matchMedia("(min-width: 48rem)").matches) return;
  for (const folders of within(root, "details.picker-side")) folders.open = true;
}

/** A thumbnail that did not come leaves the icon of its kind, without the browser's own sign for a broken picture. */
function hideMissing(picture) {
  if (picture.complete && picture.naturalWidth === 0) picture.classList.add("is-missing");
}

function enhance(root) {
  openFolders(root);
  within(root, ".thumb > img").forEach(hideMissing);
  showTicks(root);
  openModals(root);
  restoreFocus(root);
  tellStatus();
  localiseTimes(root);
  keepNextInStep();
}

/** Escape folds an open menu, as it closes a dialog; the focus goes back to what opened it. */
function foldMenu(event) {
  const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

document.addEventListener("keydown", foldMenu);

document.addEventListener("click", (event) => {
  clickBox(event);
  tickRange(event);
  const folder = event.target.closest("[data-unfold]");
  if (folder) unfold(folder);
});

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("[data-range] input[name=asset]")) unsent.set(box.value, box.checked);
}, true);

// It does not bubble.
document.addEventListener("error", (event) => {
  if (event.target.matches?.(".thumb > img")) hideMissing(event.target);
}, true);

document.addEventListener("htmx:configRequest", tellTicks);

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  event.preventDefault();
  copyFrom(copy);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (waitsForButton(event.detail.elt)) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  sayInSight(event);
  keepUnchanged(event);
  keepTicks(event);
  if (!event.detail.shouldSwap) return;
  lostFocus = null;
  rememberFocus(event.detail.target);
  saveTicks(event.detail.target);
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  keepBeside(event);
  if (event.detail.shouldSwap) rememberFocus(event.detail.target);
});
document.addEventListener("htmx:beforeSend", tellStatus);
window.addEventListener("pagehide", () => saveTicks(document));
document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
// An answer that only takes something away loads no element.
document.addEventListener("htmx:afterRequest", keepNextInStep);
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  // One that was broken off has an event of its own, and was meant to be.
  if (detail.xhr.status > 0) settle(detail);
});
document.addEventListener("htmx:sendError", ({ detail }) => {
  settle(detail);
  sayUnreachable(detail.requestConfig.verb);
});

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => enhance(document));
else enhance(document);
