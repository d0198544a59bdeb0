/** A point that a test passes by hand: `await barrier.passed` in the code, `barrier.open()` in the test. */
export class Barrier {
  readonly passed: Promise<void>;
  open: () => void = () => {};

  constructor() {
    this.passed = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}
