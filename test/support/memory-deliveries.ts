import type { DeliveryStore, Share, ShareProgress } from "../../lambdas/core/delivery/ports";

interface Claimed {
  readonly deliveryId: string;
  workerId: string;
  until: number;
  progress: ShareProgress;
}

/** A `DeliveryStore` over Maps. */
export function memoryDeliveryStore(now: () => number): DeliveryStore {
  const contents = new Map<string, string>();
  const shares = new Map<string, Claimed>();
  const keyOf = ({ deliveryId, index }: Share) => `${deliveryId} ${index}`;

  return {
    keep: async (deliveryId, content) => void contents.set(deliveryId, content),
    content: async (deliveryId) => contents.get(deliveryId),
    claim: async (share, worker, start) => {
      const known = shares.get(keyOf(share));
      if (known?.progress.isFinished) return { status: "finished" };
      if (known && known.until > now() && known.workerId !== worker.id) return { status: "busy" };
      const progress = known?.progress ?? start;
      const { deliveryId } = share;
      shares.set(keyOf(share), { deliveryId, workerId: worker.id, until: worker.until, progress });
      return { status: "claimed", progress };
    },
    advance: async (share, worker, progress) => {
      const known = shares.get(keyOf(share));
      if (known?.workerId !== worker.id || known.progress.isFinished) return false;
      if (known.progress.begunUpTo > progress.begunUpTo) return false;
      known.until = worker.until;
      known.progress = progress;
      return true;
    },
    progress: async (deliveryId) =>
      [...shares.values()].filter((share) => share.deliveryId === deliveryId).map(({ progress }) => progress),
  };
}
