/**
 * Local AWS wants to see who signed, as AWS does, but does not verify signatures. A backend leaves all of this
 * to an AWS SDK; a browser has no AWS credentials and never invokes a Lambda itself.
 */
const SIGNED =
  "AWS4-HMAC-SHA256 Credential=demo/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0";

/**
 * Invokes the push Lambda through Lambda's Invoke API, as `aws lambda invoke` does.
 *
 * @returns {Promise<{ recipients: number, sent: number, gone: number, failed: number, pending: number }>}
 * @throws Error when it was refused, with the Lambda's message
 */
export async function push(functionName, request) {
  const path = `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  const response = await fetch(path, {
    method: "POST",
    headers: { authorization: SIGNED, "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const result = await response.json();
  if (!response.ok) throw new Error(`${response.status} ${result.message ?? result.Message}`);
  if (response.headers.has("x-amz-function-error")) throw new Error(result.errorMessage);
  return result;
}

/** The same from a terminal, word by word. */
export function pushCommand({ rooms = [], users = [], event, data }) {
  const endpoint = location.origin === "http://localhost:3000" ? [] : ["--endpoint", location.origin];
  const targets = [
    ...rooms.flatMap((room) => ["--room", room]),
    ...users.flatMap((user) => ["--user", user]),
  ];
  const words = [...targets, "--event", event, "--data", JSON.stringify(data), ...endpoint];
  return ["npm", "run", "push", "--", ...words.map(quote)];
}

function quote(word) {
  return /^[\w:./@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
