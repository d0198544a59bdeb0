import type { Stores } from "../../../lambdas/aws/dynamodb/stores";
import { connectionContract } from "./connection-contract";
import type { ContractOptions, SetUp } from "./contract-set-up";
import { membershipContract } from "./membership-contract";
import { CONNECTED_AT } from "./records";
import { socketContract } from "./socket-contract";

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
  });
}
