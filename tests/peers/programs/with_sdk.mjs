// The official JavaScript SDK.
import { readFileSync } from "node:fs";
import Anthropic from "@anthropic-ai/sdk";
import { carryOut, joined, KEY, LOOK, MODEL, PICTURE, RESULT, SUM, UNKNOWN, URL, WEATHER } from "./tasks.mjs";

const client = new Anthropic({ apiKey: KEY, baseURL: URL, maxRetries: 0 });
const tool = {
  name: "get_weather",
  description: "The weather in a city.",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const ask = (content, more = {}) => {
  const messages = typeof content === "string" ? [{ role: "user", content }] : content;
  return client.messages.create({ model: MODEL, max_tokens: 500, messages, ...more });
};

await carryOut(JSON.parse(readFileSync("node_modules/@anthropic-ai/sdk/package.json")).version, {
  text: async () => (await ask(SUM)).content[0].text,
  streaming: async () => {
    const pieces = [];
    const stream = client.messages.stream({ model: MODEL, max_tokens: 500, messages: [{ role: "user", content: SUM }] });
    stream.on("text", (piece) => pieces.push(piece));
    const message = await stream.finalMessage();
    return message.stop_reason === "end_turn" ? joined(pieces) : message.stop_reason;
  },
  tools: async () => {
    const question = { role: "user", content: WEATHER };
    const first = await ask([question], { tools: [tool] });
    const call = first.content.find((block) => block.type === "tool_use");
    const result = { type: "tool_result", tool_use_id: call.id, content: RESULT };
    const turns = [question, { role: "assistant", content: first.content }, { role: "user", content: [result] }];
    return `${call.name} ${JSON.stringify(call.input)} ${(await ask(turns, { tools: [tool] })).content[0].text}`;
  },
  images: async () => {
    const source = { type: "base64", media_type: "image/png", data: PICTURE };
    return (await ask([{ role: "user", content: [{ type: "image", source }, { type: "text", text: LOOK }] }])).content[0].text;
  },
  errors: async () => {
    try {
      await ask(SUM, { model: UNKNOWN });
    } catch (error) {
      return error instanceof Anthropic.NotFoundError ? `${error.status} ${error.message}` : `another error: ${error}`;
    }
    return "no error";
  },
});
