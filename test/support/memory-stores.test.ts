import { storeContract } from "../aws/dynamodb/store-contract";
import { MemoryStores } from "./memory-stores";

storeContract("the in-memory stores", async ({ now, maxRoomsPerSocket }) => {
  const stores = new MemoryStores(now);
  stores.maxRoomsPerSocket = maxRoomsPerSocket;
  return stores;
});
