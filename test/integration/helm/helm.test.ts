import { describeFailures } from './failures.ts';
import { PROGRAMS, startBench, type Bench } from './harness.ts';
import { describeInterruptions } from './interruptions.ts';
import { describeUninstalls } from './uninstalls.ts';
import { describeValues } from './values.ts';
import { describeVerbs } from './verbs.ts';

for (const program of PROGRAMS) {
  describe(`${program} against a real API server`, function () {
    this.timeout(60_000);

    let started: Bench | undefined;
    const bench = (): Bench => {
      if (started === undefined) throw new Error('the control plane is not up');
      return started;
    };
    before(async () => {
      started = await startBench(program);
    });
    after(() => started?.stop());

    describe('the verbs', () => {
      describeVerbs(bench);
    });
    describe('values', () => {
      describeValues(bench);
    });
    describe('interruptions', () => {
      describeInterruptions(bench);
    });
    describe('failures', () => {
      describeFailures(bench);
    });
    describe('uninstalls', () => {
      describeUninstalls(bench);
    });
  });
}
