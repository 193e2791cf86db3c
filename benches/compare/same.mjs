// The work of same.jq in Node: node same.mjs FILE...
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const clip = (text) => (text.length > 200 ? text.slice(0, 200) : text);
const texts = (content) =>
  typeof content === "string"
    ? content
    : content.filter((block) => block.type === "text").map((block) => block.text).join("");

let out = "";
const emit = (event) => {
  out += JSON.stringify(event) + "\n";
  if (out.length > 65536) {
    process.stdout.write(out);
    out = "";
  }
};

function message(head, said) {
  if (said.role === "user") emit({ ev: "user", ...head, text: clip(texts(said.content)) });
  else if (said.role === "toolResult")
    emit({ ev: "tool_end", ...head, call: said.toolCallId, tool: said.toolName, err: said.isError });
  else if (said.role === "assistant") {
    for (const block of said.content) {
      if (block.type === "toolCall") {
        const given = block.arguments;
        const arg = clip(String(given.path ?? given.command ?? given.query ?? given.url ?? ""));
        emit({ ev: "tool_start", ...head, call: block.id, tool: block.name, arg });
      } else if (block.type === "text") emit({ ev: "text", ...head, text: clip(block.text) });
    }
    const usage = said.usage;
    emit({ ev: "usage", ...head, stop: said.stopReason, in: usage?.input, out: usage?.output, cost: usage?.cost?.total });
  }
}

for (const file of process.argv.slice(2)) {
  const lines = createInterface({ input: createReadStream(file, { highWaterMark: 262144 }), crlfDelay: Infinity });
  for await (const line of lines) {
    const record = JSON.parse(line);
    const head = { id: record.id, ts: record.timestamp };
    if (record.type === "message") message(head, record.message);
    else if (record.type === "session") emit({ ev: "session", ...head, cwd: record.cwd });
    else if (record.type === "model_change") emit({ ev: "model", ...head, model: record.modelId });
    else if (record.type === "compaction") emit({ ev: "compaction", ...head, before: record.tokensBefore });
  }
}
process.stdout.write(out);
