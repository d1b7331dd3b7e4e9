// Charts drawn from the figures of the page; the table beside them says the same.

import { each, load } from "./each.js";

const COLOURS = ["#0f5652", "#d98a1f", "#14476e", "#8fb5ab", "#8c1d12", "#7d8684"];

function options(data, calm) {
  const format = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: data.decimals, minimumFractionDigits: data.decimals });
  const say = (value) => (value === null || value === undefined ? "—" : `${format.format(value)} ${data.unit}`.trim());
  const flat = data.kind === "hbar";
  const line = data.kind === "line";
  const several = data.series.length > 1;
  const long = data.series.some((one) => one.name.length > 18);
  const names = {
    type: "category", data: data.categories, inverse: flat, axisTick: { show: false }, axisLine: { lineStyle: { color: "#7d8684" } },
    axisLabel: { color: "#1a2928", fontSize: 13, hideOverlap: !flat, ...(flat ? { interval: 0, width: 130, overflow: "break" } : {}) },
  };
  const values = {
    type: "value", splitLine: { lineStyle: { color: "#e6e1d6" } },
    axisLabel: { color: "#3b4c4a", fontSize: 13, hideOverlap: true, formatter: (value) => format.format(value) },
  };
  return {
    animation: !calm,
    color: COLOURS,
    textStyle: { fontFamily: '"Source Sans 3", Verdana, sans-serif', color: "#1a2928" },
    grid: { left: 8, right: 24, top: several ? (long ? 14 + 26 * data.series.length : 44) : 16, bottom: 8, containLabel: true },
    legend: several ? { top: 0, orient: long ? "vertical" : "horizontal", left: 0, icon: "roundRect", textStyle: { fontSize: 14, color: "#1a2928" } } : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: line ? "line" : "shadow" }, valueFormatter: say, confine: true },
    xAxis: flat ? values : names,
    yAxis: flat ? names : values,
    series: data.series.map((one, rank) => ({
      name: one.name, type: line ? "line" : "bar", data: one.values, stack: data.kind === "stack" ? "all" : undefined,
      barMaxWidth: 34, barCategoryGap: "34%", itemStyle: { borderRadius: data.kind === "stack" ? 0 : 4 },
      symbol: ["circle", "rect", "triangle", "diamond"][rank % 4], symbolSize: 8, lineStyle: { width: 3, type: ["solid", "dashed", "dotted"][rank % 3] },
    })),
  };
}

const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

each("[data-chart]", async (element) => {
  const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
  if (!data.categories.length) return;
  try {
    await load(element.dataset.library);
  } catch {
    return;
  }
  element.hidden = false;
  const chart = window.echarts.init(element, null, { renderer: "canvas" });
  chart.setOption(options(data, calm));
  new ResizeObserver(() => chart.resize()).observe(element);
  const table = element.closest("figure").querySelector("[data-close-when-drawn]");
  if (table) table.open = false;
});
