import type { ConnectError } from "../api/api";
import type { Services } from "../services";

interface Asking {
  readonly connection: { readonly connectionId: string };
  readonly definition: { readonly name: string };
}

type Refusal = { readonly refused: ConnectError };

/**
 * Passes on who the client is, unless that user has as many sockets in the namespace as one may. Those that
 * connect at the same moment are counted before any of them is there, and may get in together.
 */
export async function withinSockets<Identity extends { readonly userId?: string }>(
  services: Services,
  { connection, definition }: Asking,
  identity: Identity | Refusal,
): Promise<Identity | Refusal> {
  if ("refused" in identity || identity.userId === undefined) return identity;
  const { limits, settings } = services;
  const { socketsPerUser } = settings.limits;
  if (socketsPerUser === undefined) return identity;
  const { userId } = identity;
  const sockets = await limits.windows.socketsOfUser(definition.name, userId, socketsPerUser);
  if (sockets < socketsPerUser) return identity;
  limits.refusals.add("socketsPerUser", { connectionId: connection.connectionId, userId });
  return { refused: tooMany(socketsPerUser) };
}

function tooMany(limit: number): ConnectError {
  const error: ConnectError = new Error(`more than ${limit} sockets of one user`);
  error.data = { code: "too_many_sockets", status: 429, limit };
  return error;
}
