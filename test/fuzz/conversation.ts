/** One client's end of a connection. */
export interface Peer {
  readonly isOpen: boolean;
  /** Resolves when all is done that the frame makes the server do. */
  send(frame: string): Promise<void>;
  /** What came since the last look. */
  take(): string[];
  leave(): Promise<void>;
}

/** A frame and what came of it. */
export interface Turn {
  readonly frame: string;
  readonly answers: readonly string[];
  readonly isOpen: boolean;
}

/** Sends the frames one by one, as long as the connection is open, and leaves. The first turn is the greeting. */
export async function converse(peer: Peer, frames: Iterable<string>): Promise<readonly Turn[]> {
  const turns: Turn[] = [turnOf(peer, "")];
  for (const frame of frames) {
    if (!peer.isOpen) break;
    await peer.send(frame);
    turns.push(turnOf(peer, frame));
  }
  await peer.leave();
  return turns;
}

function turnOf(peer: Peer, frame: string): Turn {
  return { frame, answers: peer.take().map(withoutSid), isOpen: peer.isOpen };
}

/** Sids are random, and ours are longer. */
function withoutSid(frame: string): string {
  return frame.replace(/^(0|40[^{]*)\{"sid":"[\w@-]+"/, '$1{"sid":"…"');
}
