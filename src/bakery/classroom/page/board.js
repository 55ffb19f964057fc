// The page of the class board: it hears events, keeps the class in a map, and draws it. Names are always set as text.

const by = (id) => document.getElementById(id);
const here = new URLSearchParams(location.search);
const FOLLOW = ""; // the notebook where most of the class is
const HUSH = 8000; // milliseconds between two sentences, so that a screen reader is not talked to all the time

const seats = new Map(); // by number: {seat, name, done: Set, at: the notebook of the latest light, square}
let notebooks = [];
let sums = { open: false, fewest: 0, sums: [] };
let shown; // the notebook on the page
let ofWhom; // the seat in the dialog

// What happens

const events = new EventSource(`events?${here}`);

const hear = (name, act) => events.addEventListener(name, (event) => act(JSON.parse(event.data)));

hear("board", (board) => {
  notebooks = board.notebooks;
  for (const pre of document.querySelectorAll("pre")) pre.textContent = board.invitation;
  for (const { square } of seats.values()) square.remove();
  seats.clear();
  board.seats.forEach(take);
  fillNotebooks();
  drawAll();
  hearSums(board);
  say("The board is live.");
});

hear("seat", (seat) => {
  const before = seats.get(seat.seat);
  const fresh = seat.done.filter((task) => before && !before.done.has(task));
  const place = take(seat);
  if (fresh.length) place.at = notebookOf(fresh.at(-1));
  if (!before) say(`${seat.name} joined.`);
  for (const task of fresh) say(`${nameOf(task)} lit up.`);
  if (!before || shown !== wanted()) drawAll();
  else drawOne(place);
  if (fresh.length) flash(place);
});

hear("gone", ({ seat }) => {
  const place = seats.get(seat);
  if (!place) return;
  place.square.remove();
  seats.delete(seat);
  say(`${place.name} left.`);
  if (ofWhom === seat) by("person").close();
  drawAll();
});

hear("sums", hearSums);

function hearSums(news) {
  sums = { open: news.open, fewest: news.fewest, sums: news.sums };
  drawSums();
}

events.onerror = () => say(
  events.readyState === EventSource.CLOSED
    ? "The board does not know this page any more. Open the link that its terminal shows."
    : "The board does not answer. The page tries again by itself.",
  true,
);

// What is known

const notebookOf = (task) => task.split("/")[0];
const titleOf = ({ name, title }) => `${name.slice(0, 2)} ${title}`;
const nameOf = (task) => task.split("/")[1];

function take({ seat, name, done }) {
  const known = seats.get(seat);
  const at = known ? known.at : done.map(notebookOf).sort().at(-1);
  const place = { seat, name, done: new Set(done), at, square: known ? known.square : newSquare(seat) };
  seats.set(seat, place);
  return place;
}

function wanted() {
  const chosen = by("notebook").value;
  if (chosen !== FOLLOW) return notebooks.find((notebook) => notebook.name === chosen);
  const crowd = (notebook) => [...seats.values()].filter(({ at }) => at === notebook.name).length;
  return notebooks.reduce((most, notebook) => (crowd(notebook) > crowd(most) ? notebook : most), notebooks[0]);
}

function inOrder() {
  const places = [...seats.values()];
  if (by("order").value === "name") return places.sort((one, other) => one.name.localeCompare(other.name));
  return places.sort((one, other) => one.seat - other.seat);
}

// What is drawn

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function newSquare(seat) {
  const square = make("li", "");
  const button = make("button", "");
  button.type = "button";
  button.append(make("bdi", "name"), make("span", "spoken"), make("span", "lights"));
  button.querySelector(".lights").ariaHidden = "true";
  button.addEventListener("click", () => openPerson(seat));
  square.append(button);
  return square;
}

function drawAll() {
  if (!notebooks.length) return;
  shown = wanted();
  const people = seats.size;
  by("joined").textContent = people === 1 ? "1 person" : people ? `${people} people` : "";
  by("empty").hidden = by("invitation").hidden = people > 0;
  by("lesson").hidden = people === 0;
  const squares = inOrder().map(({ square }) => square);
  const moved = squares.some((square, number) => by("seats").children[number] !== square);
  if (moved) by("seats").replaceChildren(...squares);
  drawTasks();
  arrange();
  for (const place of seats.values()) drawSquare(place);
}

function drawOne(place) {
  drawSquare(place);
  drawTasks();
}

function drawSquare({ name, done, square }) {
  const mine = shown.tasks.filter((task) => done.has(`${shown.name}/${task}`));
  square.querySelector(".name").textContent = name;
  square.querySelector("button").title = name;
  square.querySelector(".spoken").textContent = mine.length ? `, done: ${mine.join(", ")}` : ", nothing done here yet";
  const lights = shown.tasks.map((task) => make("span", mine.includes(task) ? "light on" : "light"));
  square.querySelector(".lights").replaceChildren(...lights);
}

function drawTasks() {
  const people = [...seats.values()];
  by("title").textContent = titleOf(shown);
  by("tasks").replaceChildren(...shown.tasks.map((task, number) => {
    const count = people.filter(({ done }) => done.has(`${shown.name}/${task}`)).length;
    const line = make("li", "");
    line.append(make("b", "", number + 1), make("span", "", task), make("span", "count", `${count} of ${people.length}`));
    return line;
  }));
}

function flash({ square }) {
  const { classList } = square.firstChild;
  classList.remove("new");
  void square.offsetWidth; // so that a second light begins the animation anew
  classList.add("new");
}

// As many columns as make the lights large: every square fits the window, whatever the number of people, and no
// square is too narrow for a name.
function arrange() {
  const list = by("seats");
  const people = Math.max(seats.size, 1);
  const gap = people > 48 ? 4 : 8;
  const [width, height] = [list.clientWidth, Math.max(list.clientHeight, 100)];
  let best;
  for (let columns = 1; columns <= people; columns++) {
    const rows = Math.ceil(people / columns);
    const [wide, tall] = [(width - gap * (columns - 1)) / columns, Math.min((height - gap * (rows - 1)) / rows, 170)];
    if (best && wide < 90) break;
    const letters = Math.max(12, Math.min(tall * 0.2, wide * 0.13, 24));
    const lights = lightsIn(wide - letters - 2, tall - letters * 2 - 2, shown.tasks.length);
    const worth = lights.light + letters / 2;
    if (worth > (best?.worth ?? 0)) best = { ...lights, columns, letters, tall, worth };
  }
  const set = (name, value) => list.style.setProperty(name, value);
  set("--columns", best.columns);
  set("--gap", `${gap}px`);
  set("--letters", `${best.letters}px`);
  set("--tallest", `${best.tall}px`);
  set("--light", `${best.light}px`);
  set("--between", `${between(best.light)}px`);
  set("--each", best.each);
}

const between = (light) => Math.max(1, Math.round(light / 6));

// The largest lights of which so many fit, in rows that are about equally long.
function lightsIn(width, height, number) {
  for (let light = 34; light > 4; light--) {
    const step = light + between(light);
    const most = Math.floor((width + between(light)) / step);
    const rows = Math.ceil(number / Math.max(most, 1));
    if (most > 0 && rows * step - between(light) <= height) return { light, each: Math.ceil(number / rows) };
  }
  return { light: 4, each: number };
}

function fillNotebooks() {
  const option = (value, text) => Object.assign(make("option", "", text), { value });
  const chosen = by("notebook").value;
  const all = notebooks.map((notebook) => option(notebook.name, titleOf(notebook)));
  by("notebook").replaceChildren(option(FOLLOW, "where most are"), ...all);
  by("notebook").value = notebooks.some(({ name }) => name === chosen) ? chosen : FOLLOW;
}

// What is said: at most one sentence now and then, for the eyes and for a screen reader

let unsaid = [];
let lastSaid = -HUSH;
let timer;

function say(sentence, now = false) {
  unsaid.push(sentence);
  clearTimeout(timer);
  timer = setTimeout(speak, now ? 0 : Math.max(0, lastSaid + HUSH - performance.now()));
}

function speak() {
  const counts = new Map();
  for (const sentence of unsaid) counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
  const sentences = [...counts].map(([sentence, times]) => (times > 1 ? `${sentence.slice(0, -1)} for ${times} people.` : sentence));
  const more = sentences.length > 4 ? ` And ${sentences.length - 4} more.` : "";
  by("latest").textContent = sentences.slice(0, 4).join(" ") + more;
  unsaid = [];
  lastSaid = performance.now();
}

// The dialogs

const ask = (path) => fetch(`${path}?${here}`, { method: "POST" });

function openPerson(seat) {
  const place = seats.get(seat);
  ofWhom = seat;
  by("person-name").textContent = place.name;
  const begun = notebooks.filter(({ name }) => [...place.done].some((task) => notebookOf(task) === name));
  const lines = begun.flatMap((notebook) => [
    make("dt", "", titleOf(notebook)),
    make("dd", "", notebook.tasks.filter((task) => place.done.has(`${notebook.name}/${task}`)).join(", ")),
  ]);
  by("person").querySelector("dl").replaceChildren(...(lines.length ? lines : [make("dt", "", "Nothing is done yet.")]));
  by("person").showModal();
}

function drawSums() {
  by("open-sums").textContent = sums.open ? "Close the sums" : "Open the sums";
  by("sums-said").textContent = !sums.open
    ? "How many held each idea before the series, and after it: sums of those who agreed, without names. Nobody sees them before you open them."
    : sums.sums.length
      ? "Sums of those who agreed."
      : `There are no sums yet: at least ${sums.fewest} people have to agree.`;
  const table = by("sums").querySelector("table");
  table.hidden = !sums.sums.length;
  table.tBodies[0].replaceChildren(...sums.sums.map(({ idea, before, after, people }) => {
    const row = make("tr", "");
    row.append(Object.assign(make("th", "", idea), { scope: "row" }));
    row.append(make("td", "", `${before} of ${people}`), make("td", "", `${after} of ${people}`));
    return row;
  }));
}

by("how").addEventListener("click", () => by("inviting").showModal());
by("beliefs").addEventListener("click", () => by("sums").showModal());
by("show-out").addEventListener("click", () => ask(`seats/${ofWhom}/show-out`));
by("open-sums").addEventListener("click", () => ask(`sums/${sums.open ? "close" : "open"}`));
by("notebook").addEventListener("change", drawAll);
by("order").addEventListener("change", drawAll);
addEventListener("resize", drawAll);
