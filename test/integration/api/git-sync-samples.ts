import type { GitSyncSpec, GitSyncStatus } from '../../../src/api/gitsync/git-sync.ts';

const url = 'https://git.example.com/org/deploy.git';
const id = '0123456789abcdef0123456789abcdef01234567';

export const everyField: GitSyncSpec = {
  url,
  ref: { branch: 'main' },
  path: ['clusters/production', './teams/a/'],
  interval: '1h30m',
  secretRef: { name: 'git-auth' },
  serviceAccountName: 'deployer',
  prune: true,
  suspend: true,
  ignore: [
    { paths: ['/metadata/annotations/example.com~1checked'] },
    {
      ...{ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
      paths: ['/spec/replicas', '/spec/template/spec/containers/0/image'],
    },
  ],
  forceConflicts: false,
  verify: { mode: 'Commit', secretRef: { name: 'signers' } },
  deletionPolicy: 'delete',
};

/** What is taken, and read by the operator. */
export const goodSpecs: readonly (readonly [what: string, spec: GitSyncSpec])[] = [
  ['every field', everyField],
  ['a URL and nothing else', { url }],
  ['a path that is one text', { url, path: 'clusters/production' }],
  ['a path that is a point', { url, path: '.' }],
  ['a tag', { url, ref: { tag: 'v1.2.0' } }],
  ['a range of versions', { url, ref: { semver: '>=1.0.0 <2.0.0-0' } }],
  ['a commit', { url, ref: { commit: id } }],
  ['a commit in capitals, of SHA-256', { url, ref: { commit: 'A'.repeat(64) } }],
  ['a ref without a field', { url, ref: {} }],
  ['signed commits', { url, verify: { secretRef: { name: 'signers' } } }],
  ['a signed tag', { url, ref: { tag: 'v1' }, verify: { mode: 'Tag', secretRef: { name: 'signers' } } }],
  [
    'a signed tag of a signed commit, by a range of versions',
    { url, ref: { semver: '^1' }, verify: { mode: 'TagAndCommit', secretRef: { name: 'signers' } } },
  ],
  ['the shortest interval', { url, interval: '1s' }],
  ['the shortest interval in another unit', { url, interval: '1000ms' }],
  ['the longest interval', { url, interval: '24h' }],
  ['an interval with a fraction', { url, interval: '1.5h' }],
  ['ignored fields of the core kinds', { url, ignore: [{ group: '', paths: ['/data'] }] }],
  [
    'ignored fields whose names only begin like those by which an object is known',
    {
      url,
      ignore: [{ paths: ['/kinds', '/metadata/names', '/metadata/labels/name', '/data/a~0b', '/data/'] }],
    },
  ],
  [
    'as many ignored fields as there may be',
    {
      url,
      ignore: Array.from({ length: 100 }, () => ({ paths: Array.from({ length: 50 }, () => '/spec') })),
    },
  ],
  ['http', { url: 'http://git.example.com/org/deploy' }],
  ['a scheme in capitals', { url: 'HTTPS://git.example.com/org/deploy' }],
  ['a user in front of the host', { url: 'https://org@git.example.com:8443/org/deploy@v1' }],
  ['ssh', { url: 'ssh://git@git.example.com:2222/org/deploy.git' }],
  ['git+ssh', { url: 'git+ssh://git@git.example.com/org/deploy.git' }],
  ['a scp-like address', { url: 'git@git.example.com:org/deploy.git' }],
  ['a scp-like address from the root of the host', { url: 'git.example.com:/srv/deploy.git' }],
  ['a scp-like address of IPv6', { url: 'git@[2001:db8::1]:org/deploy.git' }],
];

const notARepository = 'the URL has to be that of a Git repository: https://host/org/repo';
const holdsPassword = 'the URL holds a password, which everybody who may read a GitSync would see: put';
const noDuration = 'the interval has to be a duration such as 30s, 1m or 1h30m';
const outOfRange = 'the interval has to be at least 1s and at most 24h: set one between';
const twoRefs = 'of branch, tag, semver and commit only one can be followed: remove the others';
const noPointer = 'a path is a JSON pointer such as /spec/replicas: it begins with a slash';
const identity = 'by apiVersion, kind, name and namespace an object is known, so they cannot be ignored';
const noCommit = 'a commit is named by its full id, 40 or 64 hexadecimal digits';

export interface BadSync {
  readonly what: string;
  readonly name?: string;
  readonly spec: object;
  /** Which field is named, where there is one, and a piece of the sentence. */
  readonly field?: string;
  readonly says: string;
}

export const badSyncs: readonly BadSync[] = [
  {
    what: 'a name that no label can hold',
    name: 'n'.repeat(64),
    spec: { url },
    says: 'the name of a GitSync stands in a label of every object, which holds at most 63 characters',
  },
  { what: 'no URL', spec: {}, field: 'spec.url', says: 'Required value' },
  ...[
    '',
    'deploy',
    'git.example.com/org/deploy',
    'file:///srv/deploy.git',
    'ftp://git.example.com/deploy.git',
    'ext::sh -c x://',
    '-oProxyCommand=x:y',
    'https://-host/deploy',
    'https:///deploy',
  ].map((bad) => ({
    what: `the URL '${bad}'`,
    spec: { url: bad },
    field: 'spec.url',
    says: notARepository,
  })),
  ...['https://me:secret@git.example.com/deploy.git', 'ssh://git:secret@git.example.com/deploy.git'].map(
    (bad) => ({ what: `the URL '${bad}'`, spec: { url: bad }, field: 'spec.url', says: holdsPassword }),
  ),
  {
    what: 'a URL of 2049 characters',
    spec: { url: `https://git.example.com/${'a'.repeat(2025)}` },
    field: 'spec.url',
    says: 'Too long: may not be more than 2048',
  },
  ...[
    { branch: 'main', tag: 'v1' },
    { semver: '1.x', commit: id },
    { branch: 'main', tag: 'v1', semver: '1.x', commit: id },
  ].map((ref) => ({
    what: `a ref with ${Object.keys(ref).join(', ')}`,
    spec: { url, ref },
    field: 'spec.ref',
    says: twoRefs,
  })),
  ...(['branch', 'tag'] as const).map((kind) => ({
    what: `an empty ${kind}`,
    spec: { url, ref: { [kind]: '' } },
    field: `spec.ref.${kind}`,
    says: `the ${kind} is an empty string: set one, or remove the field`,
  })),
  {
    what: 'an empty range of versions',
    spec: { url, ref: { semver: '' } },
    field: 'spec.ref.semver',
    says: 'the range of versions is an empty string',
  },
  ...['', 'main', '0123456', 'g'.repeat(40), '0'.repeat(41)].map((commit) => ({
    what: `the commit '${commit}'`,
    spec: { url, ref: { commit } },
    field: 'spec.ref.commit',
    says: noCommit,
  })),
  ...['', '60', 'soon', '1d', '-1m', '1m 30s', '100000h'].map((interval) => ({
    what: `the interval '${interval}'`,
    spec: { url, interval },
    field: 'spec.interval',
    says: noDuration,
  })),
  ...['0s', '999ms', '0.9s', '24h1s', '99999h99999h99999h99999h99999h'].map((interval) => ({
    what: `the interval '${interval}'`,
    spec: { url, interval },
    field: 'spec.interval',
    says: outOfRange,
  })),
  {
    what: 'an interval of 33 characters',
    spec: { url, interval: '1s'.repeat(17) },
    field: 'spec.interval',
    says: 'Too long: may not be more than 32',
  },
  {
    what: 'a secretRef without a name',
    spec: { url, secretRef: {} },
    field: 'spec.secretRef.name',
    says: 'Required value',
  },
  ...['', 'Git_Auth', 'other/secret'].map((name) => ({
    what: `the Secret '${name}'`,
    spec: { url, secretRef: { name } },
    field: 'spec.secretRef.name',
    says: 'no Secret can have this name: set one of lower case letters',
  })),
  ...['', 'system:masters', '-x'].map((serviceAccountName) => ({
    what: `the ServiceAccount '${serviceAccountName}'`,
    spec: { url, serviceAccountName },
    field: 'spec.serviceAccountName',
    says: 'no ServiceAccount can have this name: set one of lower case letters',
  })),
  ...['', 'spec', 'spec/replicas', '/spec/a~', '/spec/a~2b'].map((path) => ({
    what: `the ignored path '${path}'`,
    spec: { url, ignore: [{ paths: ['/spec', path] }] },
    field: 'spec.ignore[0].paths[1]',
    says: noPointer,
  })),
  ...[
    ...[
      '/metadata',
      '/metadata/name',
      '/metadata/namespace',
      '/metadata/name/x',
      '/kind',
      '/kind/',
      '/apiVersion',
    ],
  ].map((path) => ({
    what: `the ignored path '${path}'`,
    spec: { url, ignore: [{ paths: [path] }] },
    field: 'spec.ignore[0].paths[0]',
    says: identity,
  })),
  ...(['kind', 'namespace', 'name'] as const).map((which) => ({
    what: `an empty ${which} in a rule for ignored fields`,
    spec: { url, ignore: [{ [which]: '', paths: ['/spec'] }] },
    field: `spec.ignore[0].${which}`,
    says: `the ${which} is an empty string: set one, or remove the field`,
  })),
  {
    what: 'a rule for ignored fields without a path',
    spec: { url, ignore: [{ paths: [] }] },
    field: 'spec.ignore[0].paths',
    says: 'a rule that names no path ignores nothing: name one, or remove the rule',
  },
  {
    what: '51 paths in a rule for ignored fields',
    spec: { url, ignore: [{ paths: Array.from({ length: 51 }, () => '/spec') }] },
    field: 'spec.ignore[0].paths',
    says: 'Too many: 51: must have at most 50 items',
  },
  {
    what: '101 rules for ignored fields',
    spec: { url, ignore: Array.from({ length: 101 }, () => ({ paths: ['/spec'] })) },
    field: 'spec.ignore',
    says: 'Too many: 101: must have at most 100 items',
  },
  ...[undefined, {}, { branch: 'main' }, { commit: id }].flatMap((ref) =>
    ['Tag', 'TagAndCommit'].map((mode) => ({
      what: `verification of the ${mode} of ${JSON.stringify(ref)}`,
      spec: { url, ...(ref === undefined ? {} : { ref }), verify: { mode, secretRef: { name: 'signers' } } },
      field: 'spec.verify.mode',
      says: 'only a tag that ref names can be verified as one: set ref.tag or ref.semver, or the mode Commit',
    })),
  ),
  {
    what: 'verification without keys',
    spec: { url, verify: { mode: 'Commit' } },
    field: 'spec.verify.secretRef',
    says: 'Required value',
  },
  {
    what: 'verification with a Secret without a name',
    spec: { url, verify: { secretRef: {} } },
    field: 'spec.verify.secretRef.name',
    says: 'Required value',
  },
  {
    what: 'another mode of verification',
    spec: { url, verify: { mode: 'Head', secretRef: { name: 'signers' } } },
    field: 'spec.verify.mode',
    says: 'supported values: "Commit", "Tag", "TagAndCommit"',
  },
  {
    what: 'another deletionPolicy',
    spec: { url, deletionPolicy: 'keep' },
    field: 'spec.deletionPolicy',
    says: 'supported values: "orphan", "delete"',
  },
  ...(['prune', 'suspend', 'forceConflicts'] as const).map((flag) => ({
    what: `a text for ${flag}`,
    spec: { url, [flag]: 'yes' },
    field: `spec.${flag}`,
    says: 'must be of type boolean',
  })),
];

const time = '2026-03-01T12:00:00Z';
const revision = `main@sha1:${id}`;

/** Every field of a status, its lists as long as they may be. */
export const fullSyncStatus = {
  observedGeneration: 3,
  lastHandledReconcileAt: 'now-please',
  appliedRevision: `main@sha1:${'1'.repeat(40)}`,
  attemptedRevision: revision,
  commit: {
    author: 'Ada <ada@example.com>',
    subject: 'Raise replicas',
    time,
    signedBy: 'Ada (SSH SHA256:abc)',
  },
  counts: { applied: 3, unchanged: 40, pruned: 1, failed: 12, ignored: 2 },
  inventory: {
    count: 200,
    entries: Array.from({ length: 200 }, (_, index) => ({
      group: 'apps',
      kind: 'Deployment',
      namespace: 'shop',
      name: `web-${index.toString()}`,
      version: 'v1',
      uid: '7b9c1f5e-0000-4000-8000-000000000000',
      digest: 'v1.0123456789abcdef',
      fields: '0123456789abcdef',
      commit: id,
      made: true,
    })),
  },
  failure: {
    step: 'dryRun',
    cause: '12 documents cannot be applied',
    revision,
    attempts: 2,
    since: time,
    nextTry: time,
    faults: Array.from({ length: 10 }, (_, index) => ({
      file: 'clusters/production/web.yaml',
      document: index + 1,
      line: 7,
      object: 'Deployment shop/web',
      field: 'spec.replicas',
      why: 'a number is wanted: write 3',
    })),
  },
  heldPrune: {
    revision,
    count: 30,
    of: 41,
    why: 'more than half of the objects would be deleted',
    objects: Array.from({ length: 10 }, () => 'Deployment shop/web'),
  },
  kept: Array.from({ length: 10 }, () => ({ object: 'Namespace shop', why: 'it was there before' })),
  keptCount: 11,
  sourceFailingSince: time,
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      reason: 'DryRunFailed',
      message: '12 documents cannot be applied',
      lastUpdateTime: time,
      lastTransitionTime: time,
      observedGeneration: 3,
    },
    { type: 'Reconciling', status: 'Unknown' },
    { type: 'Stalled', status: 'True' },
  ],
} as const satisfies GitSyncStatus;
