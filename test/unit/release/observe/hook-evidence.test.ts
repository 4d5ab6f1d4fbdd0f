import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { StoredRelease } from '../../../../src/helm/storage/stored-release.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import type { KubeObject } from '../../../../src/kube/resource-type.ts';
import { createTellOfHook } from '../../../../src/release/observe/hook-evidence.ts';
import type { HookEvidencePorts, HookQuestion } from '../../../../src/release/observe/hook-evidence.ts';

type Hook = StoredRelease['hooks'][number];

const signal = new AbortController().signal;
const target = { namespace: 'shop', releaseName: 'web' };

const hook = (kind: string, name: string, phase: string, startedAt: string, ...events: string[]): Hook => ({
  ...{ name, kind, path: '', events, lastRun: { startedAt, phase } },
  manifest: `apiVersion: ${kind === 'Job' ? 'batch/v1' : 'v1'}\nkind: ${kind}\nmetadata:\n  name: ${name}\n`,
});

const pod = (name: string, job: string, created: string, state: object): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...{ name, namespace: 'shop', creationTimestamp: created },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'Job', name: job, uid: `uid-${job}`, controller: true },
      ],
    },
    status: { phase: 'Failed', containerStatuses: [{ name: 'main', state }] },
  }) as unknown as KubeObject;

const ended = { terminated: { exitCode: 3, reason: 'Error' } };

interface Circumstances {
  readonly hooks: readonly Hook[];
  readonly pods?: readonly KubeObject[];
  readonly log?: string;
  readonly ports?: Partial<HookEvidencePorts>;
}

/** What is told, and of which containers the log was read. */
async function told(
  { hooks, pods = [], log = '', ports = {} }: Circumstances,
  question: Partial<HookQuestion> = {},
) {
  const read: string[] = [];
  const tell = createTellOfHook({
    storage: { read: () => Promise.resolve({ hooks } as unknown as StoredRelease) },
    renderedSecrets: () => Promise.resolve({ kind: 'words', words: ['made-by-chart'] }),
    readLogTail: ({ pod: name, container }) => {
      read.push(`${name}/${container}`);
      return Promise.resolve(log);
    },
    resourceOf: ({ kind }) => ({
      get: ({ name }) => {
        const job = {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name, uid: `uid-${name}`, namespace: 'shop' },
        };
        return Promise.resolve(kind === 'Job' ? job : pods.find(({ metadata }) => metadata.name === name));
      },
      list: () => Promise.resolve({ items: kind === 'Pod' ? [...pods] : [], resourceVersion: '' }),
    }),
    ...ports,
  });
  const text = await tell(
    target,
    { revision: 3, test: false, withLogs: false, secrets: [], ...question },
    signal,
  );
  return { text, read };
}

describe('what is told of a hook that failed', () => {
  const job = hook('Job', 'migrate', 'Failed', '2026-01-01T00:00:02Z', 'pre-upgrade');
  const pods = [
    pod('migrate-old', 'migrate', '2026-01-01T00:00:00Z', ended),
    pod('migrate-new', 'migrate', '2026-01-01T00:00:01Z', ended),
    pod('other', 'other', '2026-01-01T00:00:02Z', ended),
  ];

  it('is why its pods failed, and nothing of what they wrote', async () => {
    expect(await told({ hooks: [job], pods, log: 'a log' })).to.deep.equal({
      text: 'pod shop/migrate-new: container main ended with exit code 3',
      read: [],
    });
  });

  it('is the end of their logs too when that is asked for: on one line, of the newest, without secrets', async () => {
    const log = `first\n\u001b[31mpassword: hunter2\u001b[0m\r\n\ttoken made-by-chart\n\n`;

    const { text, read } = await told({ hooks: [job], pods, log }, { withLogs: true, secrets: ['hunter2'] });

    expect(text).to.contain(
      '; container main of pod migrate-new wrote last: first | password: *** | token ***; container main of pod migrate-old',
    );
    expect(read).to.deep.equal(['migrate-new/main', 'migrate-old/main']);
  });

  it('is withheld, and no log is read, while nobody can tell what must not be shown', async () => {
    const ports = {
      renderedSecrets: () => Promise.resolve({ kind: 'everything', why: 'the API is away' } as const),
    };

    expect(await told({ hooks: [job], pods, log: 'made-by-chart', ports }, { withLogs: true })).to.deep.equal(
      {
        text: 'why its pods failed is not shown, because it may quote Secrets of the release and the API is away: look at Pod migrate-new in namespace shop (kubectl describe, kubectl logs)',
        read: [],
      },
    );
  });

  it('is bounded by lines and by length, and cut only after what is secret is gone', async () => {
    const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n');
    const long = `${'x'.repeat(1_990)} a-secret-word-at-the-cut ${'y'.repeat(1_985)}`;
    const one = { hooks: [job], pods: pods.slice(0, 1) };

    const byLines = await told({ ...one, log: lines }, { withLogs: true });
    const byLength = await told(
      { ...one, log: long },
      { withLogs: true, secrets: ['a-secret-word-at-the-cut'] },
    );

    expect(byLines.text).to.match(/wrote last: line 10 \| .* \| line 29$/);
    expect(byLength.text?.length).to.be.below(2_200);
    expect(byLength.text)
      .to.match(/wrote last: …/)
      .and.not.match(/cut|secret/);
  });

  it('is of the hook that ran last, tests only if it was one', async () => {
    const hooks = [
      hook('Pod', 'test', 'Failed', '2026-01-01T00:00:01Z', 'test'),
      hook('Pod', 'well', 'Succeeded', '2026-01-01T00:00:09Z', 'pre-upgrade'),
      hook('Pod', 'before', 'Failed', '2026-01-01T00:00:00Z', 'pre-upgrade'),
      hook('Pod', 'never', '', '', 'post-upgrade'),
    ];
    const bare = ['test', 'well', 'before', 'never'].map((name) => pod(name, 'none', '', ended));

    expect((await told({ hooks, pods: bare }, { test: true })).text).to.match(/^pod shop\/test:/);
    expect((await told({ hooks: hooks.slice(1), pods: bare })).text).to.match(/^pod shop\/before:/);
  });

  it('is of those that still run when none has ended', async () => {
    const running = [pod('migrate-new', 'migrate', '', { running: {} })];

    const { text, read } = await told(
      { hooks: [job], pods: running, log: 'waiting for the database' },
      { withLogs: true },
    );

    expect(read).to.deep.equal(['migrate-new/main']);
    expect(text).to.contain('wrote last: waiting for the database');
  });

  const silences: readonly (readonly [string, Circumstances])[] = [
    ['nothing failed', { hooks: [] }],
    [
      'it is of a kind that has no pods',
      { hooks: [hook('ConfigMap', 'a', 'Failed', '2026', 'pre-install')] },
    ],
    ['its pods are gone', { hooks: [hook('Pod', 'gone', 'Failed', '2026', 'pre-install')] }],
    [
      'the cluster cannot be asked',
      {
        hooks: [job],
        ports: {
          storage: {
            read: () => Promise.reject(new ApiError('no', { status: 403, statusReason: 'Forbidden' })),
          },
        },
      },
    ],
  ];
  for (const [why, circumstances] of silences) {
    it(`is nothing where ${why}`, async () => {
      expect((await told(circumstances)).text).to.equal(undefined);
    });
  }
});
