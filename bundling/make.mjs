// Makes the bundles that config/bundles.py describes on the standard input. A file whose content stays is not touched.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";
import { PurgeCSS } from "purgecss";

const plan = JSON.parse(readFileSync(0, "utf-8"));
const SMALL = { minify: true, charset: "utf8", legalComments: "inline" };
const read = (file) => readFileSync(file, "utf-8");

const write = (name, content) => {
  const file = join(plan.folder, name);
  if (!existsSync(file) || read(file) !== content) writeFileSync(file, content);
};

// What pages use of the style sheet of the package; a variable also stays if a sheet of ours names it.
const reduced = async () => {
  const named = [...plan.sheets, ...plan.pages].flatMap((file) => read(file).match(/--tblr-[\w-]+/g) ?? []);
  const [sheet] = await new PurgeCSS().purge({
    css: [plan.reduced],
    content: plan.pages,
    variables: true,
    keyframes: true,
    fontFace: true,
    safelist: { standard: plan.composed, variables: [...new Set(named)] },
  });
  return sheet.css;
};

// Each script as if it had a tag of its own: an error in one is reported, and the next one runs.
const alone = (script) => `try{${script}}catch(error){reportError(error)}`;

const small = async (file) => {
  const isScript = file.endsWith(".js");
  const content = file === plan.reduced ? await reduced() : read(file);
  const { code } = await transform(content, { ...SMALL, sourcefile: file, loader: isScript ? "js" : "css" });
  return isScript ? alone(code) : code;
};

const together = async (name, files) => write(name, (await Promise.all(files.map(small))).join("\n"));

const module = async (name, file) => {
  const options = { ...SMALL, entryPoints: [file], bundle: true, format: "iife", write: false, logLevel: "silent" };
  write(name, (await build(options)).outputFiles[0].text);
};

try {
  await Promise.all([
    ...Object.entries(plan.bundles).map(([name, files]) => together(name, files)),
    ...Object.entries(plan.modules).map(([name, file]) => module(name, file)),
  ]);
} catch (error) {
  process.stderr.write(error.message);
  process.exitCode = 1;
}
