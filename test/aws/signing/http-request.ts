/** An HTTP/1.1 request, taken apart as a server would. */
export function parseRequest(text: string) {
  const end = text.indexOf("\r\n\r\n");
  const [line = "", ...fields] = text.slice(0, end).split("\r\n");
  const [method = "", path = "", version] = line.split(" ");
  const headers = Object.fromEntries(
    fields.map((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 2)]),
  );
  return { method, path, version, headers, body: text.slice(end + 4) };
}
