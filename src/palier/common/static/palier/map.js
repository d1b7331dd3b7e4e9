// Places as circles on a plain ground: no tile, no outside server.

import { each, load } from "./each.js";

const COLOURS = { "": "#0f5652", neutral: "#3b4c4a", info: "#14476e", success: "#1b5530", warning: "#6a4100", danger: "#8c1d12" };
const figure = new Intl.NumberFormat("fr-FR");

function popup(point, unit) {
  const box = document.createElement("div");
  const line = (text, tag = "p") => {
    const element = document.createElement(tag);
    element.textContent = text;
    box.append(element);
    return element;
  };
  if (point.url) {
    const link = document.createElement("a");
    link.href = point.url;
    link.textContent = point.label;
    line("").append(link);
  } else {
    line("").append(Object.assign(document.createElement("strong"), { textContent: point.label }));
  }
  if (point.value !== null) line(`${figure.format(point.value)} ${unit}`.trim());
  if (point.text) line(point.text);
  if (point.approximate) line("Position approchée");
  return box;
}

// Meridians and parallels every fifth of a degree: enough to feel the ground move under a pan.
function graticule(L, bounds) {
  const step = 0.2;
  const margin = 4;
  const lines = [];
  const [south, north] = [Math.floor(bounds.getSouth()) - margin, Math.ceil(bounds.getNorth()) + margin];
  const [west, east] = [Math.floor(bounds.getWest()) - margin, Math.ceil(bounds.getEast()) + margin];
  for (let lat = south; lat <= north; lat += step) lines.push([[lat, west], [lat, east]]);
  for (let lng = west; lng <= east; lng += step) lines.push([[south, lng], [north, lng]]);
  return L.polyline(lines, { color: "#f4f8f6", weight: 1, interactive: false });
}

// Names that fit: the largest places first, each at least a label's length from those already named.
function named(map, places) {
  const taken = [];
  return places.filter((place) => {
    const spot = map.latLngToContainerPoint([place.lat, place.lng]);
    const free = taken.every((other) => Math.abs(other.y - spot.y) > 20 || Math.abs(other.x - spot.x) > 96);
    if (free) taken.push(spot);
    return free;
  });
}

function draw(L, element, data) {
  const map = L.map(element, {
    preferCanvas: true, attributionControl: false, scrollWheelZoom: false, minZoom: 6, maxZoom: 15,
    zoomControl: false,
  });
  L.control.zoom({ zoomInTitle: "Agrandir", zoomOutTitle: "Réduire" }).addTo(map);
  const all = [...data.points, ...data.base];
  const bounds = L.latLngBounds((data.points.length ? data.points : all).map((point) => [point.lat, point.lng]));
  map.fitBounds(bounds.isValid() ? bounds.pad(0.12) : [[48.3, -1.2], [49.4, 0.5]], { maxZoom: 12 });
  graticule(L, L.latLngBounds(all.map((point) => [point.lat, point.lng]))).addTo(map);

  const largestBase = Math.max(1, ...data.base.map((place) => place.value ?? 0));
  for (const place of data.base) {
    const radius = 2 + 10 * Math.sqrt((place.value ?? 0) / largestBase);
    L.circleMarker([place.lat, place.lng], { radius, stroke: false, fillColor: "#9fb8b2", fillOpacity: 0.45, interactive: false }).addTo(map);
  }
  const largest = Math.max(1, ...data.points.map((point) => point.value ?? 0));
  const bySize = [...data.points].sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  for (const point of bySize) {
    point.radius = point.value === null ? 8 : 5 + 19 * Math.sqrt(Math.max(0, point.value) / largest);
    const colour = COLOURS[point.tone] ?? COLOURS[""];
    L.circleMarker([point.lat, point.lng], {
      radius: point.radius, weight: 2, color: "#fff", fillColor: colour, fillOpacity: 0.82, dashArray: point.approximate ? "3 3" : null,
    }).bindPopup(() => popup(point, data.unit)).addTo(map);
  }

  const names = L.layerGroup().addTo(map);
  const label = () => {
    names.clearLayers();
    const view = map.getBounds();
    const candidates = [...bySize, ...[...data.base].sort((a, b) => (b.value ?? 0) - (a.value ?? 0))]
      .filter((place) => view.contains([place.lat, place.lng])).slice(0, 200);
    const seen = new Set();
    for (const place of named(map, candidates.filter((one) => !seen.has(one.label) && seen.add(one.label))).slice(0, 24)) {
      L.tooltip({ permanent: true, direction: "right", offset: [(place.radius ?? 4) + 2, 0], className: "map-name", interactive: false })
        .setLatLng([place.lat, place.lng])
        .setContent(Object.assign(document.createElement("span"), { textContent: place.label }))
        .addTo(names);
    }
  };
  map.on("moveend", label);
  label();
  element.addEventListener("focusin", () => map.scrollWheelZoom.enable());
  element.addEventListener("focusout", () => map.scrollWheelZoom.disable());
}

each("[data-map]", async (element) => {
  const data = JSON.parse(document.getElementById(element.dataset.map).textContent);
  if (!data.points.length && !data.base.length) return;
  try {
    await Promise.all([load(element.dataset.style), load(element.dataset.library)]);
  } catch {
    return;
  }
  element.hidden = false;
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", `Carte : ${element.closest("figure").querySelector("figcaption").textContent.trim()}`);
  draw(window.L, element, data);
  const list = element.closest("figure").querySelector("[data-close-when-drawn]");
  if (list) list.open = false;
});
