export type Protocol = "socket.io" | "json";

export type Negotiation =
  | { readonly protocol: "socket.io" }
  | { readonly protocol: "json"; readonly namespace: string; readonly token?: string }
  /** An HTTP status, and what to change, for the log: the body of a refused upgrade reaches no client. */
  | { readonly refused: 400; readonly hint: string };

type Query = Readonly<Record<string, string | undefined>>;

/** Which protocol the query of an upgrade asks for. */
export function negotiate(query: Query): Negotiation {
  const isSocketIo = query.EIO !== undefined || query.transport !== undefined;
  return isSocketIo ? negotiateSocketIo(query) : negotiateJson(query);
}

function negotiateSocketIo({ EIO, transport }: Query): Negotiation {
  if (EIO !== "4") {
    return refuse(`Expected EIO=4, got ${quote(EIO)}: the client must be socket.io-client 3 or later.`);
  }
  if (transport !== "websocket") {
    return refuse(
      `Expected transport=websocket, got ${quote(transport)}: connect with \`transports: ["websocket"]\`, there is no long-polling.`,
    );
  }
  return { protocol: "socket.io" };
}

function negotiateJson({ namespace = "/", token }: Query): Negotiation {
  if (!namespace.startsWith("/")) {
    return refuse(`Expected a namespace that begins with "/", got ${quote(namespace)}.`);
  }
  return token === undefined ? { protocol: "json", namespace } : { protocol: "json", namespace, token };
}

function refuse(hint: string): Negotiation {
  return { refused: 400, hint };
}

/** What came, short: anybody may send anything, and the hint ends up in logs. */
function quote(value: string | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value.slice(0, 32));
}
