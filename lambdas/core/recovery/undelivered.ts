import { withoutOffset } from "../../protocol/event-offset";
import type { Parcel } from "../delivery/parcels";
import { expirySeconds } from "../expiry";
import type { SocketRecord } from "../records";
import type { PostServices } from "../services";
import type { LoggedEvent, UndeliveredEvent } from "./ports";

type Services = Pick<PostServices, "recovery" | "clock" | "log">;
type Undelivered = Omit<UndeliveredEvent, "expiresAt">;

/**
 * A client says which event it got last, and is taken to have those before. So what certainly did not arrive is
 * kept for it: another Lambda may have posted a later one until the connection was gone, or cut. A write for each
 * event and connection, of those only.
 */
export async function keepUndelivered(services: Services, parcels: readonly Parcel[]): Promise<void> {
  const logged = parcels.filter(({ isLogged }) => isLogged);
  await keep(
    services,
    logged.map(({ member, frames, offset = "" }) => {
      const { connectionId, sid } = member;
      return { connectionId, sid, offset, frames: withoutOffset(frames, offset) };
    }),
  );
}

/** What a recovery that has failed was to bring, for the next, which does not know of the connection before. */
export async function keepFor(
  services: Services,
  { connectionId, sid }: Pick<SocketRecord, "connectionId" | "sid">,
  events: readonly LoggedEvent[],
): Promise<void> {
  await keep(
    services,
    events.map(({ offset, frames }) => ({ connectionId, sid, offset, frames })),
  );
}

async function keep({ recovery, clock, log }: Services, events: readonly Undelivered[]): Promise<void> {
  if (!recovery || events.length === 0) return;
  const expiresAt = expirySeconds(clock.now() + recovery.logMs);
  await recovery.undelivered.add(events.map((event) => ({ ...event, expiresAt }))).catch((error: unknown) => {
    log.error("clients that come back may lack what they were not sent", { events: events.length, error });
  });
}
