// A line above JupyterLab: where the reader's changes live, how to keep them, and whether the site has moved on.
"use strict";

(() => {
    const mine = window.bakerySite;
    const LAST = `three-cakes-build:${location.pathname}`;
    const app = () => window.jupyterapp;

    const bar = document.createElement("div");
    bar.id = "bakery-banner";
    bar.setAttribute("role", "region");
    bar.setAttribute("aria-label", "About this site");
    const words = document.createElement("span");
    words.setAttribute("role", "status");
    bar.append(words);

    const button = (label, does) => {
        const made = document.createElement("button");
        made.type = "button";
        made.textContent = label;
        made.addEventListener("click", does);
        bar.append(made);
        return made;
    };

    const clear = () => bar.querySelectorAll("button").forEach((old) => old.remove());

    const hide = () => {
        bar.remove();
        document.documentElement.classList.remove("has-bakery-banner");
        window.dispatchEvent(new Event("resize"));
    };

    const download = async () => {
        const panel = app()?.shell.currentWidget;
        if (panel?.context) await panel.context.save();
        await app()?.commands.execute("docmanager:download");
    };

    const usual = () => {
        clear();
        words.textContent = "Everything here runs in your browser, and your changes live only in this browser.";
        button("Download this notebook", download);
        button("Close", hide);
    };

    // What the reader has changed is in the browser's own storage, and hides a newer notebook of the site.
    const changed = async () => {
        const names = [];
        for (const { name } of (await indexedDB.databases?.()) ?? []) {
            if (!name?.startsWith("JupyterLite Storage")) continue;
            const base = await new Promise((done) => {
                const asked = indexedDB.open(name);
                asked.onsuccess = () => done(asked.result);
                asked.onerror = () => done(null);
            });
            if (!base) continue;
            if (base.objectStoreNames.contains("files")) {
                const keys = await new Promise((done) => {
                    const asked = base.transaction("files").objectStore("files").getAllKeys();
                    asked.onsuccess = () => done(asked.result);
                    asked.onerror = () => done([]);
                });
                names.push(...keys.filter((key) => mine.notebooks.includes(key)));
            }
            base.close();
        }
        return [...new Set(names)];
    };

    const takeNew = async (names) => {
        const contents = app().serviceManager.contents;
        for (const name of names) {
            const stem = name.replace(/\.ipynb$/, "");
            let copy = `${stem}_mine.ipynb`;
            for (let number = 2; await contents.get(copy, { content: false }).then(() => true, () => false); number++)
                copy = `${stem}_mine_${number}.ipynb`;
            await contents.rename(name, copy);
        }
        localStorage.setItem(LAST, mine.build);
        location.reload();
    };

    const older = (names) => {
        clear();
        const list = names.map((name) => name.replace(/\.ipynb$/, "")).join(", ");
        words.textContent = `The site is newer than your copy of ${list}, which is what you see here.`;
        button("Take the new, keep mine beside it", () => takeNew(names));
        button("Stay with mine", () => {
            localStorage.setItem(LAST, mine.build);
            usual();
        });
    };

    const left = async () => {
        const answer = await fetch(new URL("../build.json", location.href), { cache: "no-store" }).catch(() => null);
        if (!answer?.ok) return false;
        return (await answer.json()).build !== mine.build;
    };

    const look = async () => {
        usual();
        if (await left()) {
            clear();
            words.textContent = "This page is an older copy of the site.";
            button("Load the new one", async () => {
                await fetch(location.href, { cache: "reload" });
                location.reload();
            });
            button("Close", hide);
            return;
        }
        const before = localStorage.getItem(LAST);
        const names = before && before !== mine.build ? await changed() : [];
        if (names.length) older(names);
        else localStorage.setItem(LAST, mine.build);
    };

    document.documentElement.classList.add("has-bakery-banner");
    document.body.prepend(bar);
    look();
})();
