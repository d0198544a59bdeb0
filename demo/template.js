/** A copy of what a `<template>` of the page holds. */
export function cloneTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** The elements below `root` by the name in their `data-part`. */
export function partsOf(root) {
  const elements = root.querySelectorAll("[data-part]");
  return Object.fromEntries([...elements].map((element) => [element.dataset.part, element]));
}

/** An element with text. Text from outside only ever reaches the page through here and `textContent`. */
export function textElement(tag, text, className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}
