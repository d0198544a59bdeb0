/**
 * Ends an encoded event, of one frame or of a header and its attachments, with one more argument: Socket.IO's
 * client keeps the last argument of every event without an ack, if it is a string, as its offset.
 */
export function withOffset(frames: readonly string[], offset: string): readonly string[] {
  const [packet = "", ...attachments] = frames;
  // An event is `[name, …]`, so that there is always something in front of the comma.
  return [`${packet.slice(0, -1)},"${offset}"]`, ...attachments];
}

/** What `withOffset` was given. */
export function withoutOffset(frames: readonly string[], offset: string): readonly string[] {
  const [packet = "", ...attachments] = frames;
  return [`${packet.slice(0, -`,"${offset}"]`.length)}]`, ...attachments];
}
