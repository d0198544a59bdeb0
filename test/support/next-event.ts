import type { Socket } from "socket.io-client";
import { offsetFree } from "./offset-free";

/** The arguments of the next event of that name. */
export function next(socket: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => socket.once(event, (...args) => resolve(offsetFree(args))));
}
