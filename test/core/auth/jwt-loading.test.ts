test("jose is loaded with the first token, not with the server", () => {
  jest.isolateModules(() => {
    jest.doMock("jose", () => {
      throw new Error("loaded");
    });
    expect(() => require("../../../lambdas/core")).not.toThrow();
    expect(() => require("../../../lambdas/core/auth/token-verifier")).toThrow("loaded");
  });
});
