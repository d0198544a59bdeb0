import type { RequestListener, Server, ServerResponse } from "node:http";

/**
 * The requests that a server of dynalite's has not answered yet, however they came to it. When its database is
 * closed in the middle of one, dynalite throws where nobody can catch it.
 */
export class RequestsInFlight {
  private readonly unanswered = new Set<ServerResponse>();
  private isOver = false;
  private onIdle: () => void = () => {};

  constructor(server: Server) {
    // An HTTP server's listeners of requests are nothing else.
    const listeners = server.listeners("request") as RequestListener[];
    server.removeAllListeners("request");
    server.on("request", (request, response) => {
      if (this.isOver) return refuse(response);
      this.follow(response);
      for (const listener of listeners) listener(request, response);
    });
  }

  /** Refuses whatever comes from now on, and resolves when all that came before is done. */
  async end(): Promise<void> {
    this.isOver = true;
    if (this.unanswered.size === 0) return;
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
    });
  }

  /** Until it is answered, whether or not anybody hears it. */
  private follow(response: ServerResponse): void {
    const end = response.end.bind(response);
    this.unanswered.add(response);
    Object.assign(response, {
      end: (body?: string) => {
        this.done(response);
        return end(body);
      },
    });
  }

  private done(response: ServerResponse): void {
    this.unanswered.delete(response);
    if (this.unanswered.size === 0) this.onIdle();
  }
}

/** As what no client tries again. */
function refuse(response: ServerResponse): void {
  response.statusCode = 400;
  response.end("{}");
}
