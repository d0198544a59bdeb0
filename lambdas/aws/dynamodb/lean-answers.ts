import type { QueryCommand, QueryCommandOutput } from "@aws-sdk/client-dynamodb";

/** What of the SDK's HTTP responses is needed here. */
interface HttpAnswer {
  readonly statusCode: number;
  body: unknown;
}

/**
 * Sends a Query whose answer is parsed as JSON and nothing else. The SDK would walk through all of it by its
 * schemas, which takes several times as long as parsing it; retries and errors stay the SDK's.
 */
export async function parsedOnly(
  command: QueryCommand,
  send: () => Promise<QueryCommandOutput>,
): Promise<QueryCommandOutput> {
  let answer: unknown;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as HttpAnswer;
      if (response.statusCode !== 200) return result;
      answer = JSON.parse(String(await bytesOf(response.body)));
      response.body = Buffer.from("{}");
      return result;
    },
    { step: "deserialize", priority: "low", name: "parsedOnly" },
  );
  await send();
  // The shape of an answer to a Query, attribute values as they come.
  return answer as QueryCommandOutput;
}

/** A stream, or what the SDK has read of it already. */
async function bytesOf(body: unknown): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
