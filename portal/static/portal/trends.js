// Small charts of values over time, in the local time of the hospital. Each has its table beside it; colours
// follow the theme of the page.
(function () {
  "use strict";
  const shown = new Map();

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const series = (row, lines) => ({
    name: row.name,
    type: "line",
    step: row.step ? "end" : false,
    data: row.points,
    symbolSize: 8,
    lineStyle: { width: 2, color: colour("--brand") },
    itemStyle: { color: colour("--brand") },
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: colour("--ink-soft"), type: "dashed" },
      label: { color: colour("--ink-soft"), position: "insideEndTop" },
      data: lines.map((line) => ({ yAxis: line })),
    },
  });

  const draw = (place) => {
    const told = JSON.parse(document.getElementById(place.dataset.trend).textContent);
    const soft = { color: colour("--ink-soft") };
    const chart = shown.get(place) ?? echarts.init(place);
    shown.set(place, chart);
    chart.setOption({
      animation: false,
      grid: { left: 48, right: 16, top: 16, bottom: 28 },
      // Rich text, because the page allows no inline style.
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "time", axisLabel: { ...soft, hideOverlap: true }, splitLine: { show: false } },
      yAxis: {
        type: "value",
        max: told.most,
        scale: !told.most,
        minInterval: told.most ? 1 : 0,
        axisLabel: soft,
        splitLine: { lineStyle: { color: colour("--line") } },
      },
      series: told.series.map((row) => series(row, told.lines)),
    });
  };

  // Records that were saved in place bring charts of their own; those that stand there are left as they are.
  const drawNew = () => {
    for (const [place, chart] of shown) {
      if (place.isConnected) continue;
      chart.dispose();
      shown.delete(place);
    }
    for (const place of document.querySelectorAll("[data-trend]")) if (!shown.has(place)) draw(place);
  };

  drawNew();
  document.addEventListener("htmx:afterSwap", drawNew);
  new MutationObserver(() => [...shown.keys()].forEach(draw)).observe(document.documentElement, {
    attributeFilter: ["data-bs-theme"],
  });
  addEventListener("resize", () => shown.forEach((chart) => chart.resize()));
})();
