import type { VirtualTime } from "../../support/virtual-time";
import type { Service } from "./alice";
import type { ReturningClient } from "./returning-client";

export const IN_B = { rooms: ["b"] };

/** Its connection is gone, and whoever posts to it finds that. */
export async function drop(service: Service, alice: ReturningClient): Promise<void> {
  service.gone.add(alice.connection?.connectionId ?? "");
  await alice.connection?.drop();
  await service.settle();
}

/** A recovery in which the post of `text` fails; `andThen` is done a moment after its client was told `connect`. */
export function breaking(service: Service, time: VirtualTime) {
  const { gateway } = service.services;
  const { post } = gateway;
  return async (text: string, recovery: () => Promise<unknown>, andThen = async () => {}) => {
    let done: Promise<void> | undefined;
    gateway.post = async (recipient, frame) => {
      if (frame.includes(`"${text}"`)) return "failed";
      if (frame.startsWith("40")) {
        Object.assign(gateway, { post });
        done = time.pause(50).then(andThen);
      }
      return post(recipient, frame);
    };
    await time.run(recovery());
    await time.run(done ?? Promise.reject(new Error("expected a recovery that breaks off")));
  };
}

export async function comeBack(
  service: Service,
  alice: ReturningClient,
  time: VirtualTime,
): Promise<string[]> {
  await time.run(drop(service, alice));
  await time.run(alice.connect());
  expect(alice.recovered).toBe(true);
  return alice.events();
}
