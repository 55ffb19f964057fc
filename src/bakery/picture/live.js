// Paints what live.py has laid out, and lets bars grow between two of its messages.
//
// The kernel is asked for nothing while bars grow or a run is replayed: it may be busy baking.

const SVG = "http://www.w3.org/2000/svg";
const ORDER = ["wait", "mix", "bake", "serve"];
const LONGEST = 6; // seconds that a replay takes at most
const STEP = 0.5; // seconds between two pictures for readers who do not want motion

const still = matchMedia("(prefers-reduced-motion: reduce)");

function add(parent, tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

function write(parent, mark, attributes = {}) {
  if (mark) add(parent, "text", { x: mark.x, y: mark.y, "text-anchor": mark.anchor, ...attributes }, mark.text);
}

const box = ([, x, y, width, height], more = 0) =>
  `M${x} ${y}h${width + more}v${height}h${-(width + more)}z`;

const cross = (x, y, arm) => `M${x - arm} ${y - arm}l${2 * arm} ${2 * arm}m${-2 * arm} 0l${2 * arm} ${-2 * arm}`;

// One path for each kind, as in the static picture; `more` is how far bars that grow have come since.
function paintBars(parent, panel, outlined, colour, limit, more) {
  for (const kind of ORDER) {
    const bars = panel.bars.filter((bar) => bar[0] === kind);
    const longer = (bar) => (bar[6] ? Math.max(0, Math.min(more, limit - bar[1] - bar[3])) : 0);
    const path = (some) => some.map((bar) => box(bar, longer(bar))).join("");
    const good = bars.filter((bar) => !bar[5] || kind === "wait");
    const bad = bars.filter((bar) => bar[5] && kind !== "wait");
    if (good.length) {
      const tall = kind === "bake" && good[0][4] >= outlined;
      const look = tall ? { stroke: colour("outline"), "stroke-width": 1.5 } : {};
      const fill = kind === "bake" && !tall ? colour("thin") : colour(kind);
      add(parent, "path", { class: `bakery-${kind}`, d: path(good), fill, ...look });
    }
    if (bad.length) {
      const look = { fill: colour("paper"), stroke: colour("failed"), "stroke-width": 1.5 };
      add(parent, "path", { class: "bakery-failed", d: path(bad), ...look, "stroke-dasharray": "5 4" });
    }
  }
}

function paintCrosses(parent, panel, outlined, colour) {
  const failed = panel.bars.filter((bar) => bar[5]);
  if (!failed.length) return;
  const arm = Math.min(Math.max(panel.row * 0.28, 2.5), 6);
  const d = failed.map(([, x, y, width, height]) => cross(x + width, y + height / 2, arm)).join("");
  const strokes = panel.row >= outlined ? [["paper", 6], ["failed", 3]] : [["failed", 1.5]];
  for (const [name, thick] of strokes)
    add(parent, "path", { d, stroke: colour(name), "stroke-width": thick, "stroke-linecap": "round", fill: "none" });
}

function paintLegend(svg, picture, outlined, colour) {
  const thin = picture.panels.every((panel) => panel.row < outlined / 0.7);
  for (const { kind, x, name } of picture.legend) {
    if (kind === "failed") {
      const look = { stroke: colour("failed"), "stroke-width": 3, "stroke-linecap": "round", fill: "none" };
      add(svg, "path", { d: `M${x} ${name.y - 10}l10 10m-10 0l10 -10`, ...look });
    } else {
      const height = kind === "wait" ? 3 : 12;
      const tall = kind === "bake" && !thin;
      const look = tall ? { stroke: colour("outline"), "stroke-width": 1.5 } : {};
      const fill = kind === "bake" && thin ? colour("thin") : colour(kind);
      add(svg, "rect", { x, y: name.y - 5 - height / 2, width: 30, height, fill, ...look });
    }
    write(svg, name);
  }
}

// The whole picture. `until` is the x up to which bars are shown: everything, except in a replay.
function paint(look, picture, more = 0, until = Infinity) {
  const colour = (name) => `var(--bakery-${name})`;
  const svg = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: `0 0 ${picture.width} ${picture.height}`,
    role: "img",
    "aria-label": picture.words.replaceAll("\n", " "),
    "font-family": look.font,
    "font-size": 14,
    fill: colour("ink"),
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const size = { width: picture.width - 1, height: picture.height - 1 };
  add(svg, "rect", { x: 0.5, y: 0.5, ...size, rx: 10, fill: colour("paper"), stroke: colour("frame") });
  for (const panel of picture.panels) {
    write(svg, panel.title, { "font-size": 17, "font-weight": "bold" });
    write(svg, panel.summary);
    for (const reason of panel.reasons) write(svg, reason, { fill: colour("failed") });
    const grid = picture.ticks.map((tick) => `M${tick.x} ${panel.top}V${panel.bottom}`).join("");
    add(svg, "path", { d: grid, stroke: colour("grid") });
    for (const label of panel.labels) write(svg, label, { fill: colour("soft") });
    // An inner picture cuts off what is still to come.
    const shown = until === Infinity ? svg : add(svg, "svg", { width: until, height: picture.height });
    paintBars(shown, panel, look.outlined, colour, picture.right, more);
    paintCrosses(shown, panel, look.outlined, colour);
    if (panel.finish && panel.done <= until) {
      const line = `M${panel.done} ${panel.top - 2}V${panel.bottom + 2}`;
      add(svg, "path", { d: line, stroke: colour("ink"), "stroke-width": 2 });
      write(svg, panel.finish, { "font-size": 18, "font-weight": "bold" });
    }
    if (until !== Infinity)
      add(svg, "path", { d: `M${until} ${panel.top}V${panel.bottom}`, stroke: colour("ink"), "stroke-dasharray": "3 3" });
  }
  for (const tick of picture.ticks) write(svg, tick, { fill: colour("soft") });
  paintLegend(svg, picture, look.outlined, colour);
  return svg;
}

function render({ model, el }) {
  const look = model.get("look");
  const root = document.createElement("div");
  root.className = "bakery-live";
  const frame = document.createElement("div");
  const controls = document.createElement("div");
  controls.className = "bakery-controls";
  controls.hidden = true; // until there is something to play
  const button = document.createElement("button");
  button.type = "button";
  const note = document.createElement("span");
  controls.append(button, note);
  root.append(frame, controls);
  el.append(root);

  let arrived = performance.now();
  let next = 0; // the frame that has been asked for
  let replay = null; // when a replay began, and how many seconds of the run pass in one of the reader's
  let gone = false; // the kernel, or the widget, has ended

  function dress() {
    const dark = document.body.dataset.jpThemeLight === "false";
    for (const [name, value] of Object.entries(look[dark ? "dark" : "light"]))
      root.style.setProperty(`--bakery-${name}`, value);
  }

  function draw() {
    const picture = model.get("picture");
    if (!picture.panels) return;
    const now = performance.now();
    const growing = picture.growing && !gone && !still.matches;
    let more = growing ? ((now - arrived) / 1000) * picture.second : 0;
    let until = Infinity;
    if (replay) {
      const end = Math.max(...picture.panels.map((panel) => panel.done));
      let seconds = ((now - replay.began) / 1000) * replay.pace;
      if (still.matches) seconds = Math.floor(seconds / (STEP * replay.pace)) * STEP * replay.pace;
      until = picture.left + seconds * picture.second;
      if (until >= end) {
        replay = null;
        until = Infinity;
      }
    }
    frame.replaceChildren(paint(look, picture, more, until));
    const empty = !picture.panels.some((panel) => panel.bars.length);
    controls.hidden = empty && !gone;
    button.hidden = gone;
    // Its place stays while bars grow, so that nothing below it moves.
    controls.style.visibility = picture.growing && !gone ? "hidden" : "";
    button.textContent = picture.simulated ? "Play" : "Replay";
    note.textContent = gone
      ? "The kernel of this view has ended. Run its cell again."
      : replay ? replay.words : "";
    if ((growing || replay) && root.isConnected) ask();
  }

  function ask() {
    if (!next)
      next = requestAnimationFrame(() => {
        next = 0;
        draw();
      });
  }

  button.addEventListener("click", () => {
    const picture = model.get("picture");
    const end = Math.max(...picture.panels.map((panel) => panel.done));
    const seconds = (end - picture.left) / picture.second;
    const pace = Math.max(1, seconds / LONGEST);
    const speed = pace > 1 ? `${pace.toFixed(1)} times as fast as it was` : "at its own speed";
    replay = { began: performance.now(), pace, words: `Playing, ${speed}` };
    draw();
  });

  const heard = () => {
    arrived = performance.now();
    replay = null;
    ask();
  };
  model.on("change:picture", heard);
  const left = () => {
    gone = true;
    ask();
  };
  model.on("comm_live_update", left);

  // The kernel lays out for the width there is; until it has, the picture is scaled.
  let known = 0;
  const sizes = new ResizeObserver(() => {
    const width = Math.round(root.clientWidth);
    if (!width || Math.abs(width - known) < 2) return;
    known = width;
    model.set("width", width);
    model.save_changes();
  });
  sizes.observe(root);
  const themes = new MutationObserver(dress);
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });

  dress();
  draw();
  return () => {
    sizes.disconnect();
    themes.disconnect();
    cancelAnimationFrame(next);
    model.off("change:picture", heard);
    model.off("comm_live_update", left);
  };
}

export default { render };
