import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { ackContract } from "./ack-contract";
import { connectionContract } from "./connection-contract";
import type { ContractOptions, SetUp } from "./contract-set-up";
import { livenessContract } from "./liveness-contract";
import { membershipContract } from "./membership-contract";
import { partContract } from "./part-contract";
import { CONNECTED_AT } from "./records";
import { seenContract } from "./seen-contract";
import { socketContract } from "./socket-contract";
import { turnContract } from "./turn-contract";

/** What the core relies on, on any implementation of its stores; `createStores` answers empty ones. */
export function storeContract(
  name: string,
  createStores: (options: ContractOptions) => Promise<Stores>,
): void {
  const setUp: SetUp = async (maxRoomsPerSocket) => {
    const clock = { now: CONNECTED_AT };
    return { clock, stores: await createStores({ now: () => clock.now, maxRoomsPerSocket }) };
  };

  describe(name, () => {
    connectionContract(setUp);
    socketContract(setUp);
    membershipContract(setUp);
    partContract(setUp);
    turnContract(setUp);
    ackContract(setUp);
    seenContract(setUp);
    livenessContract(setUp);
  });
}
