/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  // Two cores: local AWS runs processes of its own beside each worker.
  maxWorkers: 2,
  // A machine that is busy with something else takes its time; no test waits for this to tell it anything.
  testTimeout: 60_000,
  roots: ["<rootDir>/test"],
  transform: {
    "^.+\\.[jt]s$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }],
  },
  // jose ships ES modules only, which jest's CommonJS runtime cannot load as they are.
  transformIgnorePatterns: ["/node_modules/(?!jose/)"],
  globalSetup: "<rootDir>/test/global-setup.ts",
  setupFiles: ["<rootDir>/test/setup.ts"],
};
