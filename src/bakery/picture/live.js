// Paints what live.py has laid out, in the colours and lines of look.py, and lets bars grow between two messages.
//
// The kernel is asked for nothing while bars grow or a run is replayed: it may be busy baking.

const SVG = "http://www.w3.org/2000/svg";
const LONGEST = 6; // seconds that a replay takes at most
const GONE = "Run this cell to use it: its kernel has ended.";
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

// What the pace of a replay is, in words: a long run is shown in a few seconds.
function paced(picture) {
  const seconds = (finish(picture) - picture.left) / picture.second;
  const pace = Math.max(1, seconds / LONGEST);
  const speed = pace > 1 ? `${pace.toFixed(1)} times as fast as it was` : "at its own speed";
  return { began: performance.now(), pace, words: `Playing, ${speed}` };
}

const finish = (picture) => Math.max(...picture.panels.map((panel) => panel.done));

// How far a replay has come, as an x in the picture; without motion in steps.
function reached(picture, replay) {
  const step = STEP * replay.pace;
  let seconds = ((performance.now() - replay.began) / 1000) * replay.pace;
  if (still.matches) seconds = Math.floor(seconds / step) * step;
  const until = picture.left + seconds * picture.second;
  return until < finish(picture) ? until : Infinity;
}

// One view on the page: its parts, what it replays, and whether it still has a kernel.
class View {
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.look = model.get("look");
    this.root = document.createElement("div");
    this.root.className = "bakery-live";
    this.frame = document.createElement("div");
    this.controls = document.createElement("div");
    this.controls.className = "bakery-controls";
    this.controls.hidden = true; // until there is something to play
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.addEventListener("click", () => this.play());
    this.note = document.createElement("span");
    this.controls.append(this.button, this.note);
    this.root.append(this.frame, this.controls);
    el.append(this.root);
    this.arrived = performance.now();
    this.next = 0; // the frame that has been asked for
    this.replay = null;
    this.left = false; // the kernel has ended while the page was open
    this.known = 0; // the width that the kernel has been told
  }

  // Also from the beginning, where the page was saved with a view of a kernel that has ended since.
  get gone() {
    return this.left || this.el.closest(".jupyter-widgets-disconnected") !== null;
  }

  dress() {
    const dark = document.body.dataset.jpThemeLight === "false";
    for (const [name, value] of Object.entries(this.look[dark ? "dark" : "light"]))
      this.root.style.setProperty(`--bakery-${name}`, value);
  }

  draw() {
    const picture = this.model.get("picture");
    const gone = this.gone;
    const growing = picture.growing && !gone && !still.matches;
    if (picture.panels) {
      const more = growing ? ((performance.now() - this.arrived) / 1000) * picture.second : 0;
      const until = this.replay ? reached(picture, this.replay) : Infinity;
      if (until === Infinity) this.replay = null;
      this.frame.replaceChildren(paint(this.look, picture, more, until));
    }
    this.control(picture, gone);
    if ((growing || this.replay) && this.root.isConnected) this.ask();
  }

  control(picture, gone) {
    const empty = !picture.panels?.some((panel) => panel.bars.length);
    this.controls.hidden = empty && !gone;
    this.button.hidden = empty || picture.growing;
    // Its place stays while bars grow, so that nothing below it moves.
    this.controls.style.visibility = picture.growing && !gone ? "hidden" : "";
    this.button.textContent = picture.simulated ? "Play" : "Replay";
    this.note.textContent = this.replay ? this.replay.words : gone ? GONE : "";
  }

  ask() {
    if (!this.next)
      this.next = requestAnimationFrame(() => {
        this.next = 0;
        this.draw();
      });
  }

  play() {
    this.replay = paced(this.model.get("picture"));
    this.draw();
  }

  // The kernel has a new picture.
  heard() {
    this.arrived = performance.now();
    this.replay = null;
    this.ask();
  }

  leave() {
    this.left = true;
    this.ask();
  }

  // The kernel lays out for the width there is; until it has, and where there is none, the picture is scaled.
  measure() {
    const width = Math.round(this.root.clientWidth);
    if (!width || Math.abs(width - this.known) < 2) return;
    this.known = width;
    if (this.gone) return this.ask();
    this.model.set("width", width);
    this.model.save_changes();
  }
}

function render({ model, el }) {
  const view = new View(model, el);
  const heard = () => view.heard();
  const left = () => view.leave();
  model.on("change:picture", heard);
  model.on("comm_live_update", left);
  const sizes = new ResizeObserver(() => view.measure());
  sizes.observe(view.root);
  const themes = new MutationObserver(() => view.dress());
  themes.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  view.dress();
  view.draw();
  return () => {
    sizes.disconnect();
    themes.disconnect();
    cancelAnimationFrame(view.next);
    model.off("change:picture", heard);
    model.off("comm_live_update", left);
  };
}

export default { render };
