// A quiz: a button for each choice, and below them what the kernel says about the one that was pressed.
//
// Buttons, not radio buttons: an arrow key would answer with every choice that it passes.

const GONE = "Run this cell to use it: its kernel has ended.";
const PATIENCE = 1500; // milliseconds without a reply before the page says why

function add(parent, tag, html = "") {
  const element = document.createElement(tag);
  element.innerHTML = html;
  parent.append(element);
  return element;
}

function render({ model, el }) {
  el.classList.add("bakery-quiz");
  // Without this, JupyterLab keeps the keys for itself: Enter would open the cell.
  el.dataset.lmSuppressShortcuts = "true";

  const group = add(el, "fieldset");
  add(group, "legend", model.get("question"));
  const buttons = model.get("choices").map(([letter, html]) => {
    const button = add(group, "button");
    button.type = "button";
    button.innerHTML = `<span class="bakery-sign"></span><span>${letter})</span><span>${html}</span>`;
    button.addEventListener("click", () => choose(letter));
    return [letter, button];
  });
  // It is there before its words are, so that a screen reader says them when they come.
  const feedback = add(el, "div");
  feedback.setAttribute("role", "status");
  const note = add(el, "p");
  let waiting;

  // The page was saved with a quiz whose kernel has ended since; it is the view's element that says so.
  const look = new ResizeObserver(() => {
    note.textContent = el.closest(".jupyter-widgets-disconnected") ? GONE : "";
  });
  look.observe(group);

  function choose(letter) {
    if (letter === model.get("chosen") || note.textContent) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      feedback.textContent = "The kernel is busy, or has ended. If it is busy, the reply comes when it is free.";
    }, PATIENCE);
    model.set("chosen", letter);
    model.save_changes();
  }

  function show() {
    clearTimeout(waiting);
    const { letter, sign, colour, html } = model.get("reply");
    for (const [mine, button] of buttons) {
      const pressed = mine === letter;
      button.setAttribute("aria-pressed", String(pressed));
      button.style.borderColor = pressed ? colour : "";
      button.firstElementChild.textContent = pressed ? sign : "";
    }
    feedback.innerHTML = html;
  }

  show();
  model.on("change:reply", show);
  return () => {
    clearTimeout(waiting);
    look.disconnect();
    model.off("change:reply", show);
  };
}

export default { render };
