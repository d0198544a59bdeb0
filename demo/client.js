/**
 * What both kinds of client have in common: the page does not care which one it talks through.
 *
 * @typedef {object} ClientOptions
 * @property {import("./config.js").DemoConfig} config
 * @property {string} token
 * @property {string} namespace
 *
 * @typedef {"connecting" | "connected" | "reconnecting" | "disconnected" | "refused"} Status
 *
 * @typedef {object} ClientListener
 * @property {(status: Status, detail: string) => void} state `detail` is the socket's id, or what went wrong
 * @property {(event: string, data: unknown) => void} event
 * @property {(direction: "up" | "down" | "note", text: string) => void} frame what goes over the wire
 * @property {(message: string) => void} error
 *
 * @typedef {object} Client
 * @property {() => void} connect
 * @property {() => void} disconnect for good
 * @property {() => void} drop as a lost network would: the client reconnects
 * @property {(event: string, data: unknown) => Promise<unknown>} emit resolves with the ack, rejects with an Error
 */

/** Longer than a cold start. */
export const ACK_TIMEOUT_MS = 10_000;

export function describeError(message, data) {
  return data === undefined ? message : `${message} ${JSON.stringify(data)}`;
}
