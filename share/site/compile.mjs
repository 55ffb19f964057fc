// Compile a folder of Python for the Python in the browser, by that Python itself.
// node compile.mjs PYODIDE_FOLDER SOURCE_FOLDER TARGET_FOLDER
import { readFileSync, writeFileSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodideFolder, source, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(pyodideFolder, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: pyodideFolder });

// Without a date in them, and unchecked: the same source gives the same bytes.
const compile = python.runPython(`
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash

def compiled(source, name):
    source = source.to_bytes()
    try:
        code = compile(source, name, "exec", dont_inherit=True)
    except SyntaxError:
        return None  # a template, or for another Python
    return bytes(_code_to_hash_pyc(code, source_hash(source), checked=False))

compiled
`);

const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith(".py")).sort();
try {
    for (const name of files) {
        const made = compile(new Uint8Array(readFileSync(join(source, name))), `/lib/python314.zip/${name}`);
        if (!made) continue;
        const file = join(target, `${name}c`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, made.toJs());
        made.destroy();
    }
} catch (error) {
    console.error(error.message); // without the line of Pyodide it came from, which is a megabyte long
    process.exitCode = 1;
}
