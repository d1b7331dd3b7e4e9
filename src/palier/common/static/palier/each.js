// Runs `prepare` once on every element of the page that matches, and on those htmx brings later.

const done = new WeakMap();

export function each(selector, prepare) {
  const run = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.unshift(root);
    for (const element of found) {
      const seen = done.get(element) ?? new Set();
      if (seen.has(selector)) continue;
      done.set(element, seen.add(selector));
      prepare(element);
    }
  };
  run(document.body);
  document.addEventListener("htmx:load", (event) => run(event.detail.elt));
}

// Says something to screen readers without moving the focus.
export function announce(words) {
  const place = document.getElementById("announce");
  if (!place) return;
  place.textContent = "";
  setTimeout(() => { place.textContent = words; }, 50);
}

export function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

const loading = new Map();

// A plain script or sheet of ours, loaded when a map or a chart needs it.
export function load(address) {
  if (!loading.has(address)) {
    loading.set(address, new Promise((resolve, reject) => {
      const sheet = /\.css(\?|$)/.test(address);
      const element = document.createElement(sheet ? "link" : "script");
      element.onload = resolve;
      element.onerror = reject;
      if (sheet) {
        element.rel = "stylesheet";
        element.href = address;
      } else {
        element.src = address;
      }
      document.head.append(element);
    }));
  }
  return loading.get(address);
}
