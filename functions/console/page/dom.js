// What an element should be like, and how the page becomes so without touching what stays: focus, selection and open
// menus outlive a poll; the focus of an element that goes moves to one beside it. Text becomes text nodes and nothing
// else, whatever it says.

const given = new WeakMap(); // node -> the attributes it was last given
const keys = new WeakMap(); // node -> the key of what it shows

/** Describe an element; `key` tells it from its neighbours of the same tag. */
export function h(tag, attributes = {}, ...children) {
  const shown = children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
  const { key = null, ...others } = attributes;
  return { tag, key, attributes: others, children: shown };
}

/** Make the children of `parent` be as described. */
export function patch(parent, wanted) {
  const focused = document.activeElement;
  const around = ancestors(focused);
  patchChildren(parent, [wanted].flat(Infinity).filter(Boolean));
  if (focused === document.activeElement) return;
  const kept = focused.isConnected ? focused : around.find((node) => node.isConnected)?.querySelector("button, a");
  kept?.focus({ preventScroll: true });
}

function ancestors(node) {
  return node?.parentElement ? [node.parentElement, ...ancestors(node.parentElement)] : [];
}

function patchChildren(parent, wanted) {
  const old = [...parent.childNodes];
  const kept = wanted.map((each) => take(old, each));
  for (const node of old) node?.remove();
  let place = parent.firstChild;
  wanted.forEach((each, index) => {
    const node = kept[index] ?? create(each);
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
    update(node, each);
  });
}

/** The first old node that can show what is wanted; it is taken out of the list. */
function take(old, wanted) {
  const index = old.findIndex((node) => node !== null && fits(node, wanted));
  if (index < 0) return null;
  const [node] = old.splice(index, 1, null);
  return node;
}

function fits(node, wanted) {
  if (typeof wanted !== "object") return node.nodeType === Node.TEXT_NODE;
  const isElement = node.nodeType === Node.ELEMENT_NODE && node.localName === wanted.tag;
  return isElement && (keys.get(node) ?? null) === wanted.key;
}

function create(wanted) {
  if (typeof wanted !== "object") return document.createTextNode("");
  const node = document.createElement(wanted.tag);
  keys.set(node, wanted.key);
  return node;
}

function update(node, wanted) {
  if (typeof wanted !== "object") {
    if (node.data !== String(wanted)) node.data = String(wanted);
    return;
  }
  setAttributes(node, wanted.attributes);
  patchChildren(node, wanted.children);
}

function setAttributes(node, attributes) {
  const before = given.get(node) ?? {};
  for (const name of Object.keys(before)) if (!(name in attributes)) setAttribute(node, name, null);
  for (const [name, value] of Object.entries(attributes)) if (before[name] !== value) setAttribute(node, name, value);
  given.set(node, attributes);
}

function setAttribute(node, name, value) {
  if (name.startsWith("on") || name === "value") node[name] = value;
  else if (value === null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}
