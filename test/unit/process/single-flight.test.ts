import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createSingleFlight } from '../../../src/process/single-flight.ts';

const never = new AbortController().signal;

describe('a single flight', () => {
  it('runs once for all callers of a key and apart for another key', async () => {
    const flights = createSingleFlight<string>();
    const runs: string[] = [];
    const fly = (key: string): Promise<string> =>
      flights.run(key, never, () => {
        runs.push(key);
        return Promise.resolve(`${key}!`);
      });

    const results = await Promise.all([fly('a'), fly('a'), fly('b'), fly('a')]);

    expect(results).to.deep.equal(['a!', 'a!', 'b!', 'a!']);
    expect(runs).to.deep.equal(['a', 'b']);
    expect(flights.size).to.equal(0);
  });

  it('runs anew once the flight is over, also after a failure', async () => {
    const flights = createSingleFlight<number>();
    let runs = 0;
    const fly = (): Promise<number> =>
      flights.run('a', never, () => {
        runs += 1;
        return runs === 1 ? Promise.reject(new Error('first')) : Promise.resolve(runs);
      });

    const [one, other] = await Promise.allSettled([fly(), fly()]);

    expect([one.status, other.status]).to.deep.equal(['rejected', 'rejected']);
    expect(await fly()).to.equal(2);
  });

  it('goes on for the others when one caller aborts', async () => {
    const flights = createSingleFlight<string>();
    const landing = Promise.withResolvers<string>();
    const impatient = new AbortController();
    let stopped = false;
    const fly = (signal: AbortSignal): Promise<string> =>
      flights.run('a', signal, (stop) => {
        stop.addEventListener('abort', () => (stopped = true));
        return landing.promise;
      });
    const patient = fly(never);
    const left = fly(impatient.signal);

    impatient.abort(new Error('gone'));

    expect(await left.catch(String)).to.equal('Error: gone');
    landing.resolve('landed');
    expect(await patient).to.equal('landed');
    expect(stopped).to.equal(false);
  });

  it('is aborted when the last caller has left, and a new caller does not get the aborted one', async () => {
    const flights = createSingleFlight<string>();
    const [one, two] = [new AbortController(), new AbortController()];
    const stops: AbortSignal[] = [];
    const fly = (signal: AbortSignal): Promise<string> =>
      flights.run('a', signal, (stop) => {
        stops.push(stop);
        return stops.length === 1 ? new Promise<never>(() => undefined) : Promise.resolve('second');
      });
    const waiting = Promise.allSettled([fly(one.signal), fly(two.signal)]);
    await Promise.resolve();

    one.abort();
    two.abort();
    await waiting;

    expect(stops[0]?.aborted).to.equal(true);
    expect(await fly(never)).to.equal('second');
  });

  it('does not start for a caller that has aborted already', async () => {
    const flights = createSingleFlight<string>();

    const refused = flights.run('a', AbortSignal.abort(new Error('late')), () => Promise.resolve('ran'));

    expect(await refused.catch(String)).to.equal('Error: late');
    expect(flights.size).to.equal(0);
  });
});
