import type { BasicAuth, GitAccess } from './remote.ts';

export type Setting = readonly [key: string, value: string];

/** Faults in old commits that harm nobody; as errors they would shut out real repositories. */
const HARMLESS = [
  'badDate',
  'badDateOverflow',
  'badEmail',
  'badName',
  'badTimezone',
  'emptyName',
  'missingEmail',
  'missingNameBeforeEmail',
  'missingSpaceBeforeDate',
  'missingSpaceBeforeEmail',
  'missingTaggerEntry',
  'multipleAuthors',
  'zeroPaddedDate',
  'zeroPaddedFilemode',
];

/** Holds for every git we run, over whatever an administrator's gitconfig says. */
export const HARDENING: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.symlinks', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.bigFileThreshold', '4m'], // larger blobs are streamed, not held in memory
  ['core.askPass', ''],
  ['protocol.allow', 'never'],
  ['protocol.https.allow', 'always'],
  ['protocol.http.allow', 'always'],
  ['protocol.ssh.allow', 'always'],
  // git itself can only follow all redirects or none, and would take credentials along; see redirect.ts.
  ['http.followRedirects', 'false'],
  ['transfer.fsckObjects', 'true'],
  ...HARMLESS.map((fault): Setting => [`fetch.fsck.${fault}`, 'ignore']),
  ['transfer.unpackLimit', '1'], // one pack per fetch, easy to weigh
  ['transfer.bundleURI', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['submodule.recurse', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/**
 * One remote. An administrator's headers and helpers are put aside where an object brings its own access, which
 * is in a file: whoever may look at our processes sees their arguments and environment.
 */
export function remoteSettings(address: string, accessFile: string | undefined): readonly Setting[] {
  const origin: Setting = ['remote.origin.url', address];
  if (accessFile === undefined) return [origin];
  return [
    origin,
    ['credential.helper', ''],
    [`http.${address}.extraHeader`, ''],
    ['include.path', accessFile],
  ];
}

/** What that file holds, bound to the address, so that no other one gets it. `caFile` names those to trust there. */
export function accessText(
  address: string,
  { basic, bearer }: Pick<GitAccess, 'basic' | 'bearer'>,
  caFile: string | undefined,
): string {
  const authorization = basic === undefined ? bearer && `Bearer ${bearer}` : basicOf(basic);
  return [
    `[http ${quoted(address)}]`,
    ...(authorization === undefined ? [] : [`  extraHeader = ${quoted(`Authorization: ${authorization}`)}`]),
    ...(caFile === undefined ? [] : [`  sslCAInfo = ${quoted(caFile)}`]),
    '',
  ].join('\n');
}

function basicOf({ username, password }: BasicAuth): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Settings as environment, which wins over every file. */
export function asEnvironment(settings: readonly Setting[]): Record<string, string> {
  const pairs = settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${String(at)}`, key],
    [`GIT_CONFIG_VALUE_${String(at)}`, value],
  ]);
  return {
    GIT_CONFIG_COUNT: String(settings.length),
    ...(Object.fromEntries(pairs) as Record<string, string>),
  };
}
