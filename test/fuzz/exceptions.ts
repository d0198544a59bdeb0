import { Decoder, type Packet, PacketType } from "socket.io-parser";

/** Where Roomcast means to differ from the official server, which rule says so, and how. */
export interface Exception {
  /** In `docs/protocol.md`. */
  readonly rule: string;
  readonly why: string;
  /** Whether the connection is open after the frame, here and there. */
  readonly roomcast: "open" | "closed";
  readonly socketIo: "open" | "closed";
  /** Frames of a client of which the last one makes the difference. */
  readonly example: readonly string[];
  applies(frame: string, earlier: readonly string[]): boolean;
}

const DEEP = `${"[".repeat(300)}${"]".repeat(300)}`;
const WE_CLOSE = { roomcast: "closed", socketIo: "open" } as const;
const THEY_CLOSE = { roomcast: "open", socketIo: "closed" } as const;

export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: "E4",
    why: "the protocol has a close packet, which engine.io hears in long-polling only",
    ...WE_CLOSE,
    example: ["1"],
    applies: (frame) => frame.startsWith("1"),
  },
  {
    rule: "E3",
    why: "only servers send an open packet",
    ...WE_CLOSE,
    example: ["0{}"],
    applies: (frame) => frame.startsWith("0"),
  },
  {
    rule: "S2",
    why: "a packet has a type; the official decoder takes white space for a CONNECT",
    ...WE_CLOSE,
    example: ["4 "],
    applies: (frame) => /^4\s/.test(frame),
  },
  {
    rule: "S2",
    why: "an EVENT has a name and an ACK arguments; the official decoder looks at a payload only if there is one",
    ...WE_CLOSE,
    example: ["40", "42"],
    applies: (frame) => isEventOrAck(frame) && packetIn(frame)?.data === undefined,
  },
  {
    rule: "S2",
    why: "an ACK without an id is the answer to nothing",
    ...WE_CLOSE,
    example: ["40", "43[]"],
    applies: (frame) => packetIn(frame)?.type === PacketType.ACK && packetIn(frame)?.id === undefined,
  },
  {
    rule: "S2",
    why: "an id that a number cannot hold would be acknowledged as another",
    ...WE_CLOSE,
    example: ["40", `42${"9".repeat(17)}["unheard"]`],
    applies: (frame) => !Number.isSafeInteger(packetIn(frame)?.id ?? 0),
  },
  {
    rule: "S3",
    why: "an event's name is a string",
    ...WE_CLOSE,
    example: ["40", "42[1]"],
    applies: (frame) => isEventOrAck(frame) && typeof packetIn(frame)?.data?.[0] === "number",
  },
  {
    rule: "S3",
    why: "what the service itself emits is reserved, and not only to the client's side",
    ...WE_CLOSE,
    example: ["40", '42["connection"]'],
    applies: (frame) => ["connection", "error", "new_namespace"].includes(packetIn(frame)?.data?.[0]),
  },
  {
    rule: "S4",
    why: "whatever reads the arguments can recurse",
    ...WE_CLOSE,
    example: ["40", `42["unheard",${DEEP}]`],
    applies: (frame) => frame.includes("[".repeat(199)),
  },
  {
    rule: "S11",
    why: "two packets of one client are handled at once, so that a DISCONNECT may come late",
    ...THEY_CLOSE,
    example: ["40", "41", "41"],
    applies: (frame) => packetIn(frame)?.type === PacketType.DISCONNECT,
  },
  {
    rule: "S12",
    why: "a header is a packet of its own namespace, whose attachments nobody waits for if there is no socket",
    ...WE_CLOSE,
    example: ['451-["message"]'],
    applies: (frame) => /^4[56]/.test(frame),
  },
  {
    rule: "S12",
    why: "an EVENT, an ACK or an attachment may be on its way when its namespace is left",
    ...THEY_CLOSE,
    example: ["40", "41", '42["message"]'],
    applies: (frame, earlier) => isForLeft(frame, earlier),
  },
  {
    rule: "S15",
    why: "header and attachments are messages of their own, and what comes between them is handled meanwhile",
    ...THEY_CLOSE,
    example: ["40", '451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
    applies: (frame, earlier) => frame.startsWith("4") && isAwaitingAttachments(earlier),
  },
];

/** The first that explains the difference, if any does. */
export function exceptionFor(
  { frame, earlier }: { readonly frame: string; readonly earlier: readonly string[] },
  isOpen: { readonly roomcast: boolean; readonly socketIo: boolean },
): Exception | undefined {
  return EXCEPTIONS.find(
    ({ applies, roomcast, socketIo }) =>
      isOpen.roomcast === (roomcast === "open") &&
      isOpen.socketIo === (socketIo === "open") &&
      applies(frame, earlier),
  );
}

/** As the official decoder has it; of a binary packet, with its placeholders. */
function packetIn(frame: string): Packet | undefined {
  const text = frame.replace(/^4[56]\d+-/, (header) => (header.startsWith("45") ? "42" : "43"));
  let packet: Packet | undefined;
  const decoder = new Decoder();
  decoder.on("decoded", (decoded) => {
    packet = decoded;
  });
  try {
    if (text.startsWith("4")) decoder.add(text.slice(1));
  } catch {
    return undefined;
  }
  return packet;
}

function isEventOrAck(frame: string): boolean {
  const type = packetIn(frame)?.type;
  return type === PacketType.EVENT || type === PacketType.ACK;
}

/** Its namespace, or of an attachment any, was left before. */
function isForLeft(frame: string, earlier: readonly string[]): boolean {
  const left = earlier.map(packetIn).filter((packet) => packet?.type === PacketType.DISCONNECT);
  if (frame.startsWith("b")) return left.length > 0;
  return isEventOrAck(frame) && left.some((packet) => packet?.nsp === packetIn(frame)?.nsp);
}

/** The last header has had fewer attachments than it announced. */
function isAwaitingAttachments(earlier: readonly string[]): boolean {
  const at = earlier.findLastIndex((frame) => /^4[56]\d+-/.test(frame));
  const announced = Number(/^4[56](\d+)-/.exec(earlier[at] ?? "")?.[1] ?? 0);
  return earlier.slice(at + 1).filter((frame) => frame.startsWith("b")).length < announced;
}
