/**
 * What the local AWS tells the page.
 *
 * @typedef {object} DemoConfig
 * @property {string} wsUrl of plain WebSockets
 * @property {string} ioUrl of Socket.IO clients
 * @property {string} ioPath their `path` option
 * @property {string} pushFunctionName the output `PushFunctionName` of the stack
 * @property {{ alice: string, bob: string, admin: string }} tokens
 */

/**
 * @returns {Promise<DemoConfig>}
 * @throws Error with what to do about it
 */
export async function loadConfig() {
  const response = await fetch("/demo-config.json").catch(() => undefined);
  if (!response) throw new Error(`${location.origin} does not answer: is "npm start" running?`);
  if (!response.ok) throw new Error(`/demo-config.json: expected 200, got ${response.status}`);
  const config = await response.json();
  if (config.tokens) return config;
  throw new Error(
    "The stack verifies tokens with a JWKS URL, so the local AWS cannot sign any for this page.",
  );
}
