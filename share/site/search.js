// Find sections of the notebooks by their words. The list is loaded with the first letter.
const words = document.getElementById("words");
const list = document.getElementById("found");
const count = document.getElementById("count");
const MOST = 12;
const AROUND = 70;
let index;

async function load() {
    const answer = await fetch("read/sections.json");
    if (!answer.ok) throw new Error(answer.statusText);
    const sections = await answer.json();
    index = new MiniSearch({
        fields: ["heading", "text"],
        storeFields: ["notebook", "heading", "text"],
        // Names such as `to_thread` and `Retry-After` are one word, and so are their parts.
        tokenize: (text) => text.split(/[^\w-]+/).flatMap((word) => [word, ...word.split(/[-_]/)]).filter(Boolean),
        searchOptions: { boost: { heading: 3 }, prefix: true, fuzzy: (word) => (word.length > 5 ? 0.2 : false), combineWith: "AND" },
    });
    index.addAll(sections);
}

function excerpt(hit) {
    const place = hit.text.toLowerCase().search(new RegExp(hit.terms.map((term) => term.replace(/\W/g, "\\$&")).join("|")));
    const from = Math.max(0, place - AROUND);
    const text = hit.text.slice(from, Math.max(0, place) + AROUND);
    return `${from ? "… " : ""}${text}${text.length < hit.text.length ? " …" : ""}`;
}

function item(hit) {
    const entry = document.createElement("li");
    const link = document.createElement("a");
    link.href = `read/${hit.id}`;
    link.textContent = hit.heading === hit.notebook ? hit.notebook : `${hit.notebook}: ${hit.heading}`;
    const text = document.createElement("p");
    text.className = "small";
    text.textContent = excerpt(hit);
    entry.append(link, text);
    return entry;
}

async function find() {
    const wanted = words.value.trim();
    if (!wanted) {
        list.replaceChildren();
        count.textContent = "";
        return;
    }
    try {
        index ?? (await load());
    } catch (error) {
        count.textContent = `The list of words cannot be loaded (${error.message}). Load the page again.`;
        return;
    }
    if (wanted !== words.value.trim()) return;
    const hits = index.search(wanted);
    list.replaceChildren(...hits.slice(0, MOST).map(item));
    count.textContent = hits.length
        ? `${hits.length} ${hits.length === 1 ? "section" : "sections"}${hits.length > MOST ? `, the best ${MOST} below` : ""}`
        : "Nothing found. Fewer or shorter words find more.";
}

words.addEventListener("input", find);
