import type { LoadedConnection } from "../records";
import type { Services } from "../services";
import { type MessageWindow, messageWindow } from "./message-window";

/** One message of so many is counted, for all of them: the others make no write. */
export const DRAWN_OF = 16;

/** A connection that sends so many times what it may is closed: what is refused costs an invocation, too. */
const FLOOD = 2;

/**
 * - `excess`: the message is refused, and the connection stays.
 * - `flood`: the connection is to be closed.
 */
export type RateVerdict = "within" | "excess" | "flood";

export interface MessageRate {
  readonly verdict: RateVerdict;
  /** For beside whatever the message needs: it makes a write, or none. Never rejects. */
  readonly count: () => Promise<void>;
}

/** Judges by what the message's own read of its connection told, and what this environment has seen. */
export function messageRate(services: Services, loaded: LoadedConnection, arrivedAt: number): MessageRate {
  const { limits, settings } = services;
  const { connection } = loaded;
  const window = messageWindow(settings.limits, arrivedAt);
  if (!window) return { verdict: "within", count: async () => {} };
  const { startsAt, most } = window;
  const known = connection.rate?.startsAt === startsAt ? connection.rate : undefined;
  const seen = limits.messages.add(connection.connectionId, startsAt);
  const sent = Math.max(seen, known?.messages ?? 0);
  const verdict = refuse(services, loaded, {
    verdict: sent > FLOOD * most ? "flood" : sent > most || known?.isUserOver ? "excess" : "within",
    limit: sent > most ? "messagesPerSecond" : "userMessagesPerSecond",
  });
  const drawn = limits.random() < 1 / DRAWN_OF ? DRAWN_OF : 0;
  // What this environment sees alone, the others should know at once.
  const unknown = seen === most + 1 ? seen - Math.min(seen, known?.messages ?? 0) : 0;
  return { verdict, count: () => countOrLog(services, loaded, { window, drawn, unknown }) };
}

function refuse(
  { limits }: Services,
  { connection, sockets }: LoadedConnection,
  { verdict, limit }: { verdict: RateVerdict; limit: "messagesPerSecond" | "userMessagesPerSecond" },
): RateVerdict {
  const { connectionId } = connection;
  if (verdict !== "within") limits.refusals.add(limit, { connectionId, userId: userOf(sockets) });
  return verdict;
}

interface Draw {
  readonly window: MessageWindow;
  readonly drawn: number;
  readonly unknown: number;
}

/** A message that cannot be counted is handled all the same. */
async function countOrLog(services: Services, loaded: LoadedConnection, draw: Draw): Promise<void> {
  if (draw.drawn + draw.unknown === 0) return;
  const { connectionId } = loaded.connection;
  try {
    await count(services, loaded, draw);
  } catch (error) {
    services.log.warn("messages could not be counted", { connectionId, error });
  }
}

/** The user's count first: what it says is written with the connection's. */
async function count(
  { limits }: Services,
  { connection, sockets }: LoadedConnection,
  { window, drawn, unknown }: Draw,
): Promise<void> {
  const { startsAt, mostOfUser } = window;
  const id = userOf(sockets);
  const isCounted = drawn > 0 && id !== undefined && mostOfUser < Infinity;
  const ofUser = isCounted && (await limits.windows.count({ of: "user", id, startsAt }, { total: drawn }));
  const isUserOver = ofUser && ofUser.total > mostOfUser;
  await limits.windows.countMessages(connection.connectionId, {
    startsAt,
    messages: drawn + unknown,
    isUserOver,
  });
}

/** Namespaces may tell different users apart; the first that tells any counts. */
function userOf(sockets: LoadedConnection["sockets"]): string | undefined {
  return sockets.find(({ userId }) => userId !== undefined)?.userId;
}
