import { createHash, createHmac } from "node:crypto";
import { PrefixedHmac } from "../../../lambdas/aws/signing/prefixed-hmac";

/** Random, and the same each time. */
const bytes = (seed: number, length: number) =>
  Buffer.concat(
    [0, 1, 2, 3, 4, 5].map((part) => createHash("sha256").update(`${seed} ${part}`).digest()),
  ).subarray(0, length);

test("the HMAC of a prefix and a text is node:crypto's, for all lengths of keys, prefixes and texts", () => {
  for (let length = 0; length <= 192; length += 1) {
    const key = bytes(length, length % 65);
    const prefix = bytes(length, 96).toString("hex").slice(0, length);
    const texts = [1, 2].map((seed) =>
      bytes(seed + length, 64)
        .toString("hex")
        .slice(0, (length * 7) % 129),
    );
    const hmac = new PrefixedHmac(key, prefix, texts[0]?.length ?? 0);
    for (const text of texts) {
      expect(hmac.hex(text)).toBe(
        createHmac("sha256", key)
          .update(prefix + text)
          .digest("hex"),
      );
    }
  }
});
