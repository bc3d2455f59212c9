// The tasks of tasks.py for JavaScript: the same questions, the same expectations.
export const URL = process.env.LOCAL_API, KEY = "sk-ant-local";
export const MODEL = "claude-sonnet-4-5-20250929", UNKNOWN = "no-such-model";
export const SUM = "What is 125 * 48?", WEATHER = "What is the weather in Oslo?", LOOK = "What is in this picture?";
export const RESULT = "minus 3 degrees and snow";
export const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGP4z8AAQQxwFgBB0gX7h/C5SAAAAABJRU5ErkJggg==";
const EXPECTED = {
  text: ["6000"],
  streaming: ["6000", "pieces: many"],
  tools: ["get_weather", "Oslo", "minus 3"],
  images: ["PNG", "3", "2"],
  errors: ["404", "no-such-model"],
};

export const joined = (pieces) => pieces.join("") + (pieces.length > 1 ? " pieces: many" : " pieces: one");

export async function carryOut(version, tasks) {
  const found = { version };
  for (const [name, wanted] of Object.entries(EXPECTED)) {
    try {
      const said = String(await tasks[name]());
      const missing = wanted.filter((part) => !said.includes(part));
      found[name] = { ok: missing.length === 0, said: missing.length ? said.slice(-400) : "" };
    } catch (problem) {
      found[name] = { ok: false, said: `${problem?.name}: ${problem?.message}`.slice(0, 400) };
    }
  }
  console.log(JSON.stringify(found));
}
