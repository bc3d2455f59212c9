// The Vercel AI SDK with its Anthropic provider.
import { readFileSync } from "node:fs";
import { createAnthropic } from "@ai-sdk/anthropic";
import { APICallError, generateText, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { carryOut, joined, KEY, LOOK, MODEL, PICTURE, RESULT, SUM, UNKNOWN, URL, WEATHER } from "./tasks.mjs";

const anthropic = createAnthropic({ baseURL: `${URL}/v1`, apiKey: KEY });
const common = { model: anthropic(MODEL), maxOutputTokens: 500, maxRetries: 0 };

await carryOut(JSON.parse(readFileSync("node_modules/ai/package.json")).version, {
  text: async () => (await generateText({ ...common, prompt: SUM })).text,
  streaming: async () => {
    const pieces = [];
    for await (const piece of streamText({ ...common, prompt: SUM }).textStream) pieces.push(piece);
    return joined(pieces);
  },
  tools: async () => {
    const called = [];
    const get_weather = tool({
      description: "The weather in a city.",
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => (called.push(`get_weather ${city}`), RESULT),
    });
    const made = await generateText({ ...common, prompt: WEATHER, tools: { get_weather }, stopWhen: stepCountIs(3) });
    return `${called} ${made.text}`;
  },
  images: async () => {
    const image = Buffer.from(PICTURE, "base64");
    const content = [{ type: "image", image, mediaType: "image/png" }, { type: "text", text: LOOK }];
    return (await generateText({ ...common, messages: [{ role: "user", content }] })).text;
  },
  errors: async () => {
    try {
      await generateText({ ...common, model: anthropic(UNKNOWN), prompt: SUM });
    } catch (error) {
      return APICallError.isInstance(error) ? `${error.statusCode} ${error.message}` : `another error: ${error}`;
    }
    return "no error";
  },
});
