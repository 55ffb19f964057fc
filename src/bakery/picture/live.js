// Paints what live.py has laid out, in the colours and lines of look.py, and lets bars grow between two messages.
//
// The kernel is asked for nothing while bars grow or a run is replayed: it may be busy baking.

const SVG = "http://www.w3.org/2000/svg";
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

// A style of look.py as attributes: its colours are those of the page's theme.
function dressed(style) {
  const colour = (name, value) => (name === "fill" || name === "stroke" ? `var(--bakery-${value})` : value);
  return Object.fromEntries(Object.entries(style).map(([name, value]) => [name, colour(name, value)]));
}

function write(parent, label, style) {
  const place = { x: label.x, y: label.y, "text-anchor": label.anchor };
  add(parent, "text", { ...place, ...dressed(style) }, label.text);
}

const box = ([, x, y, width, height], more = 0) =>
  `M${x} ${y}h${width + more}v${height}h${-(width + more)}z`;

const cross = (x, y, across) => `M${x} ${y}l${across} ${across}m${-across} 0l${across} ${-across}`;

const ring = (x, y, arm) => `M${x} ${y}a${arm} ${arm} 0 1 0 ${2 * arm} 0a${arm} ${arm} 0 1 0 ${-2 * arm} 0z`;

// One path for each kind, as in the static picture; `more` is how far bars that grow have come since.
function paintBars(parent, panel, look, limit, more) {
  const styles = panel.tall ? look.styles : look.thin;
  const longer = (bar) => (bar[6] ? Math.max(0, Math.min(more, limit - bar[1] - bar[3])) : 0);
  const path = (kind, bars, style) => {
    const d = bars.map((bar) => box(bar, longer(bar))).join("");
    if (d) add(parent, "path", { class: `bakery-${kind}`, d, ...dressed(style) });
  };
  for (const kind of look.kinds) {
    const bars = panel.bars.filter((bar) => bar[0] === kind);
    path(kind, bars.filter((bar) => !bar[5] || kind === "wait"), styles[kind]);
    path("failed", bars.filter((bar) => bar[5] && kind !== "wait"), styles.failed);
  }
}

// Each shape over its halo, where there is room for one.
function paintSigns(parent, d, ...styles) {
  for (const style of styles)
    if (d && Object.keys(style).length) add(parent, "path", { d, ...dressed(style) });
}

function paintMarks(parent, panel, look) {
  const { gap, mark } = panel.tall ? look.styles : look.thin;
  paintSigns(parent, panel.marks.map(([x, top, bottom]) => `M${x} ${top}V${bottom}`).join(""), gap, mark);
}

function paintRings(parent, panel, look) {
  const styles = panel.tall ? look.styles : look.thin;
  const left = panel.bars.filter((bar) => bar[7]);
  const d = left.map(([, x, y, width, height]) => ring(x + width - panel.arm, y + height / 2, panel.arm)).join("");
  paintSigns(parent, d, styles.ring);
}

function paintCrosses(parent, panel, look) {
  const arm = panel.arm;
  const failed = panel.bars.filter((bar) => bar[5]);
  const d = failed.map(([, x, y, width, height]) => cross(x + width - arm, y + height / 2 - arm, 2 * arm)).join("");
  const styles = panel.tall ? look.styles : look.thin;
  paintSigns(parent, d, styles.halo, styles.cross);
}

function paintLegend(svg, picture, look) {
  const styles = picture.tall ? look.styles : look.thin;
  for (const { kind, x, y, width, height, name } of picture.legend) {
    if (kind === "failed") add(svg, "path", { d: cross(x, y, width), ...dressed(look.styles.cross) });
    else if (kind === "ring")
      add(svg, "path", { d: ring(x, y + height / 2, width / 2), ...dressed(look.styles.ring) });
    else if (kind === "mark")
      add(svg, "path", { d: `M${x + width / 2} ${y}V${y + height}`, ...dressed(look.styles.mark) });
    else add(svg, "rect", { x, y, width, height, ...dressed(styles[kind]) });
    write(svg, name, look.styles.key);
  }
}

function paintPanel(svg, picture, panel, look, more, until) {
  const { styles } = look;
  const line = (x, top, bottom) => `M${x} ${top}V${bottom}`;
  if (panel.title) write(svg, panel.title, styles.title);
  for (const line of [panel.summary, ...panel.remarks]) write(svg, line, styles.summary);
  for (const reason of panel.reasons) write(svg, reason, styles.reason);
  const grid = picture.ticks.map((tick) => line(tick.x, panel.top, panel.bottom)).join("");
  add(svg, "path", { d: grid, ...dressed(styles.grid) });
  for (const label of panel.labels) write(svg, label, styles.label);
  // An inner picture cuts off what is still to come.
  const shown = until === Infinity ? svg : add(svg, "svg", { width: until, height: picture.height });
  paintBars(shown, panel, look, picture.right, more);
  if (panel.finish && panel.done <= until) {
    add(svg, "path", { d: line(panel.done, panel.above, panel.below), ...dressed(styles.end) });
    write(svg, panel.finish, styles.finish);
  }
  paintMarks(shown, panel, look);
  paintRings(shown, panel, look);
  paintCrosses(shown, panel, look);
  if (until !== Infinity) add(svg, "path", { d: line(until, panel.top, panel.bottom), ...dressed(styles.now) });
}

// The whole picture. `until` is the x up to which bars are shown: everything, except in a replay.
function paint(look, picture, more = 0, until = Infinity) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: `0 0 ${picture.width} ${picture.height}`,
    role: "img",
    "aria-label": picture.words.replaceAll("\n", " "),
    "font-family": look.font,
    "font-size": look.text,
    fill: "var(--bakery-ink)",
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const size = { width: picture.width - 1, height: picture.height - 1 };
  add(svg, "rect", { x: 0.5, y: 0.5, ...size, ...dressed(look.styles.frame) });
  for (const panel of picture.panels) paintPanel(svg, picture, panel, look, more, until);
  for (const tick of picture.ticks) write(svg, tick, look.styles.label);
  paintLegend(svg, picture, look);
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
