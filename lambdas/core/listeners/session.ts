import type { Handshake } from "../api/api";
import { SocketData } from "../api/socket-data";
import type { SocketRecord, Stamp } from "../records";
import type { Services } from "../services";

/**
 * A socket for the length of one invocation: what the table said, and what listeners changed since. All
 * listeners of a packet share it.
 */
export class Session {
  readonly services: Services;
  /** Read at CONNECT only: API Gateway sends it once, and no packet should pay for reading it again. */
  readonly handshake: Handshake | undefined;
  /** Draws a later stamp at each call. */
  readonly nextStamp: () => Stamp;
  readonly rooms: Set<string>;
  readonly data: SocketData;
  readonly record: SocketRecord;
  isConnected = true;
  /** Whether the client had it on an earlier connection, and missed nothing since. */
  recovered = false;
  /** Set by middleware while it decides who this is; afterwards `undefined`. */
  admission: Admission | undefined;

  constructor(services: Services, record: SocketRecord, nextStamp: () => Stamp, handshake?: Handshake) {
    this.services = services;
    this.record = record;
    this.nextStamp = nextStamp;
    this.handshake = handshake;
    this.rooms = new Set([record.sid, ...Object.keys(record.rooms)]);
    this.data = new SocketData(record.data);
  }
}

/** Who the client is, as far as middleware has found out. */
export interface Admission {
  userId?: string;
  claims?: Readonly<Record<string, unknown>>;
  tokenExpiresAt?: number;
}
