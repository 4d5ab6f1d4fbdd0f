/** What one mocha process leaves behind for hack/test.ts. */
export interface Results {
  readonly passed: number;
  readonly failed: number;
  /** Title and message of each test that failed. */
  readonly failures: readonly string[];
  /** What kept the process from ending by itself. */
  readonly leaked: readonly string[];
}
