import { randomUUID } from 'node:crypto';
import type { Connection } from '../kube/connection.ts';
import { NotLeadingError } from '../kube/errors.ts';
import { sleep } from '../kube/http/abort.ts';
import { awaitTerm } from '../kube/leader/election.ts';
import { LEASES, LEASE_TIMES } from '../kube/leader/lease.ts';
import type { Lease } from '../kube/leader/lease.ts';
import { openTermCredentials } from '../kube/leader/term-credentials.ts';
import type { TermCredentials } from '../kube/leader/term-credentials.ts';
import type { Term } from '../kube/leader/term.ts';
import { createResource } from '../kube/resource.ts';
import { createTransport } from '../kube/transport.ts';
import { bootMs } from '../process/boot-clock.ts';
import type { ReadinessPart } from '../server/operator-routes.ts';
import type { Environment } from './environment.ts';
import { addressAnnotations, addressIn } from './leader-address.ts';
import type { LeaderPort, LeaderPorts } from './leader-address.ts';
import { untilAnswered } from './until-answered.ts';

/** Whether this process is the one of its replicas that works. Without an election it always is. */
export interface Leadership {
  readonly isLeading: () => boolean;
  /** Why nothing may be written to the cluster now; asked before each write. */
  readonly fence: () => Error | undefined;
  /** For helm and our own writes, while this replica leads; undefined where there is none but the pod's. */
  readonly token: () => string | undefined;
  readonly readiness: () => readonly ReadinessPart[];
  /** Where the replica that leads now can be reached; undefined if that is not known, or is this one. */
  readonly leader: (port: LeaderPort) => string | undefined;
  /** Resolves once it leads. */
  readonly begin: (place: Place, signal: AbortSignal) => Promise<Leading>;
}

export interface Leading {
  /** Aborts when another replica may lead; never without an election. */
  readonly lost: AbortSignal;
  readonly end: () => Promise<void>;
}

export interface Place {
  readonly connection: Connection;
  readonly namespace: string;
  readonly ports: LeaderPorts;
  /** Called when another one leads. */
  readonly onStandBy: () => void;
  /** Ends the children of this process at that time, by bootMs(), unless it is told a later one before. */
  readonly holdUntil: (ms: number) => void;
}

type LeadershipOptions = Pick<Environment, 'config' | 'env' | 'clock' | 'random' | 'log' | 'version'>;

const NAME = 'helm-release-operator';
/** So that there is time for another try before a renewal is due no more. */
const REQUEST_TIMEOUT_MS = 4_000;

export function createLeadership(options: LeadershipOptions): Leadership {
  return options.config.leaderElect ? elected(options) : ALONE;
}

const ALONE: Leadership = {
  isLeading: () => true,
  fence: () => undefined,
  token: () => undefined,
  readiness: () => [],
  leader: () => undefined,
  begin: () => Promise.resolve({ lost: new AbortController().signal, end: () => Promise.resolve() }),
};

function elected({ config, env, clock, random, log, version }: LeadershipOptions): Leadership {
  let term: Term | undefined;
  let credentials: TermCredentials | undefined;
  let holder: { readonly identity: string; readonly lease: Lease } | undefined;
  const isLeading = (): boolean => term?.isValid() === true;

  const why = (): string => {
    if (term === undefined)
      return holder === undefined ? 'about to ask who leads' : `standing by, ${holder.identity} leads`;
    if (!isLeading()) return 'the lead is lost, this process ends';
    return credentials === undefined ? 'about to lead' : 'leading';
  };
  return {
    isLeading,
    fence: () => (isLeading() ? undefined : new NotLeadingError()),
    token: () => credentials?.token(),
    readiness: () => [
      {
        name: 'leader election',
        ready: term === undefined ? holder !== undefined : isLeading() && credentials !== undefined,
        why: why(),
      },
    ],
    leader: (port) =>
      term === undefined && holder !== undefined ? addressIn(holder.lease, port) : undefined,
    begin: async ({ connection, namespace, ports, onStandBy, holdUntil }, signal) => {
      await using stack = new AsyncDisposableStack();
      const transport = createTransport(connection, {
        ...{ log, clock, random, version },
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
      });
      stack.defer(() => {
        transport.close();
      });
      const name = config.allowNamespace === undefined ? NAME : `${NAME}-${config.allowNamespace}`;
      const begun = await awaitTerm(
        {
          leases: createResource<Lease>(transport, LEASES),
          ...{ namespace, name, random, log },
          clock: { now: () => clock.now(), monotonicMs: bootMs },
          identity: `${env['HOSTNAME'] ?? 'operator'}_${randomUUID()}`,
          annotations: addressAnnotations(env['POD_IP'], ports),
          onHeld: holdUntil,
          onHolder: (held) => {
            holder = held;
            if (held !== undefined) onStandBy();
          },
        },
        signal,
      );
      term = begun;
      stack.defer(() => begun.end());
      begun.lost.addEventListener('abort', () => {
        holdUntil(bootMs());
      });
      const ending = AbortSignal.any([signal, begun.lost]);
      const own = await untilAnswered(
        () =>
          openTermCredentials(
            { transport, credentials: connection.credentials, namespace, name, log },
            ending,
          ),
        {
          ...{ signal: ending, random },
          onTrouble: (error) => {
            log.warn('waiting for the credentials of this term', { error });
          },
        },
      );
      stack.defer(() => own.end());
      if (mayAnotherLead(begun, own)) {
        log.warn('the lease was taken away from another replica by hand, which is waited for', {
          seconds: LEASE_TIMES.durationMs / 1000,
        });
        await sleep(LEASE_TIMES.durationMs, ending);
      }
      credentials = own;
      const open = stack.move();
      return { lost: begun.lost, end: () => open.disposeAsync() };
    },
  };
}

/** After a lease that was deleted or emptied its holder does not know of us, and may be cut off. */
function mayAnotherLead({ after }: Term, { hadOthers }: TermCredentials): boolean {
  return after === 'emptied' || (after === 'missing' && hadOthers);
}
