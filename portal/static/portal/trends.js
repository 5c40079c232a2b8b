// Small charts of values over time, in the local time of the hospital. Each has its table beside it; colours
// follow the theme of the page.
(function () {
  "use strict";
  const places = () => [...document.querySelectorAll("[data-trend]")];

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
    const chart = echarts.getInstanceByDom(place) || echarts.init(place);
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

  places().forEach(draw);
  // Charts that come later, with the records that were saved in place.
  document.addEventListener("htmx:afterSwap", () => places().forEach(draw));
  new MutationObserver(() => places().forEach(draw)).observe(document.documentElement, {
    attributeFilter: ["data-bs-theme"],
  });
  addEventListener("resize", () => places().forEach((place) => echarts.getInstanceByDom(place)?.resize()));
})();
