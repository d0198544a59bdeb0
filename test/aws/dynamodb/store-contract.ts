import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { ackContract } from "./ack-contract";
import { attemptContract } from "./attempt-contract";
import { connectionContract } from "./connection-contract";
import type { ContractOptions, SetUp } from "./contract-set-up";
import { deliveryContract } from "./delivery-contract";
import { livenessContract } from "./liveness-contract";
import { logContract } from "./log-contract";
import { membershipContract } from "./membership-contract";
import { partContract } from "./part-contract";
import { CONNECTED_AT } from "./records";
import { recoveredSocketContract } from "./recovered-socket-contract";
import { replayContract } from "./replay-contract";
import { seenContract } from "./seen-contract";
import { sessionContract } from "./session-contract";
import { socketContract } from "./socket-contract";
import { turnContract } from "./turn-contract";
import { undeliveredContract } from "./undelivered-contract";
import { windowContract } from "./window-contract";

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
    deliveryContract(setUp);
    partContract(setUp);
    turnContract(setUp);
    attemptContract(setUp);
    windowContract(setUp);
    ackContract(setUp);
    seenContract(setUp);
    logContract(setUp);
    undeliveredContract(setUp);
    sessionContract(setUp);
    replayContract(setUp);
    recoveredSocketContract(setUp);
    livenessContract(setUp);
  });
}
