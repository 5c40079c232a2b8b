// Charts of the numbers that the tables beside them hold; without this file the tables remain.
(function () {
  "use strict";
  const holder = document.getElementById("chart-data");
  if (!holder || !window.echarts) return;
  const data = JSON.parse(holder.textContent);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const shown = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const palette = () => [colour("--brand"), colour("--hurry-fill"), colour("--calm")];
  const axisLook = () => ({
    axisLabel: { color: colour("--ink-soft") },
    axisLine: { lineStyle: { color: colour("--line") } },
    nameTextStyle: { color: colour("--ink-soft") },
    splitLine: { lineStyle: { color: colour("--line") } },
  });
  const base = (chart) => ({
    animation: !still.matches,
    color: palette(),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("--ink") },
    grid: { left: 8, right: 16, top: 48, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: colour("--ink") }, data: chart.series.map((line) => line.name) },
  });

  // The 95 % interval of each point as a vertical stroke, in the colour of its line.
  const intervals = (line, place, apart) => ({
    type: "custom",
    name: line.name,
    silent: true,
    z: 1,
    encode: { x: 0, y: [1, 2] },
    data: line.points.map((point, at) => [at, point[1], point[2]]).filter((point) => point[1] !== null),
    renderItem: (params, api) => {
      const low = api.coord([api.value(0), api.value(1)]);
      const high = api.coord([api.value(0), api.value(2)]);
      const shift = (place - 1) * apart;
      return {
        type: "line",
        shape: { x1: low[0] + shift, y1: low[1], x2: high[0] + shift, y2: high[1] },
        style: { stroke: palette()[place % 3], lineWidth: 1.5, opacity: 0.6 },
      };
    },
  });
  const lines = (chart) => ({
    ...base(chart),
    xAxis: { type: "category", data: chart.groups, ...axisLook(), splitLine: { show: false } },
    yAxis: { type: "value", name: chart.unit, min: 0, max: chart.kind === "share" ? 100 : null, ...axisLook() },
    series: chart.series.flatMap((line, place) => [
      {
        type: "line",
        name: line.name,
        symbolSize: 8,
        connectNulls: false,
        lineStyle: { width: chart.joined ? 2 : 0, type: ["solid", "dashed", "dotted"][place % 3] },
        data: line.points.map((point) => point[0]),
      },
      intervals(line, place, 4),
    ]),
  });
  const bars = (chart) => ({
    ...base(chart),
    legend: { show: false },
    grid: { left: 8, right: 48, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", ...axisLook() },
    yAxis: { type: "category", inverse: true, data: chart.groups, ...axisLook() },
    series: chart.series.map((line) => ({
      type: "bar",
      name: line.name,
      data: line.points.map((point) => point[0]),
      label: { show: true, position: "right", color: colour("--ink") },
    })),
  });
  // Points of predicted against observed, with their intervals and the line of perfect agreement.
  const scatter = (chart) => ({
    ...base(chart),
    xAxis: { type: "value", name: chart.x, nameLocation: "middle", nameGap: 28, min: 0, max: 100, ...axisLook() },
    yAxis: { type: "value", name: chart.unit, min: 0, max: 100, ...axisLook() },
    grid: { left: 8, right: 24, top: 48, bottom: 32, containLabel: true },
    series: [
      { type: "line", silent: true, symbol: "none", lineStyle: { color: colour("--ink-soft"), type: "dashed", width: 1 }, data: [[0, 0], [100, 100]] },
      ...chart.series.flatMap((line, place) => [
        { type: "scatter", name: line.name, symbolSize: 10, itemStyle: { color: palette()[place % 3] }, data: line.points.map((point) => [point[0], point[1]]) },
        {
          ...intervals(line, place, 0),
          data: line.points.map((point) => [point[0], point[2], point[3]]),
        },
      ]),
    ],
  });
  const curves = (chart) => ({
    ...base(chart),
    xAxis: { type: "value", name: chart.x, nameLocation: "middle", nameGap: 28, ...axisLook() },
    yAxis: { type: "value", name: chart.unit, ...axisLook() },
    grid: { left: 8, right: 24, top: 48, bottom: 32, containLabel: true },
    series: chart.series.map((line, place) => ({
      type: "line",
      name: line.name,
      symbol: "none",
      lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][place % 3] },
      data: line.points,
    })),
  });
  const drawings = { share: lines, time: lines, funnel: bars, calibration: scatter, decision: curves };

  const draw = () => shown.forEach(([picture, chart]) => picture.setOption(drawings[chart.kind](chart), true));
  // Which chart is missing is said too: another one may stand right above.
  const sayEmpty = (place) => {
    const lines = [place.getAttribute("aria-label"), place.dataset.empty].map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    });
    place.removeAttribute("role");
    place.removeAttribute("aria-label");
    place.classList.add("is-empty");
    place.replaceChildren(...lines);
  };
  document.querySelectorAll("[data-chart]").forEach((place) => {
    const chart = data[place.dataset.chart];
    if (!chart) return;
    if (!chart.series.some((line) => line.points.some((point) => point[0] !== null))) {
      sayEmpty(place);
      return;
    }
    place.append(document.createElement("div"));
    place.firstChild.className = "chart-canvas";
    shown.push([window.echarts.init(place.firstChild), chart]);
  });
  draw();
  addEventListener("resize", () => shown.forEach(([picture]) => picture.resize()));
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
