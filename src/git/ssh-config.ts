import { join } from 'node:path';

export interface SshConfigInput {
  /** Private keys in files that ssh accepts, in the order to try them. */
  readonly identities: readonly string[];
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  /** The administrator's own configuration, already rewritten. */
  readonly included: string | undefined;
  readonly connectTimeoutSeconds: number;
  readonly pin?: SshPin | undefined;
}

/** Where ssh has to connect for one host, and by what name it looks up the key that it expects there. */
export interface SshPin {
  /** As ssh is told it. */
  readonly host: string;
  readonly address: string;
  readonly alias: string;
}

/**
 * The whole configuration of ssh for one call; with it ssh reads no other. ssh takes the first value it finds, so what
 * must hold comes first and what an administrator may change comes after their file.
 */
export function sshConfig(input: SshConfigInput): string {
  const { identities, userKnownHosts, globalKnownHosts, included, connectTimeoutSeconds, pin } = input;
  return [
    ...(pin === undefined
      ? []
      : [`Host ${pin.host}`, `HostName ${pin.address}`, `HostKeyAlias ${pin.alias}`, 'Host *']),
    'BatchMode yes',
    'StrictHostKeyChecking yes',
    'UpdateHostKeys no',
    'ForwardAgent no',
    'ForwardX11 no',
    'ClearAllForwardings yes',
    'PermitLocalCommand no',
    'ControlMaster no',
    'ControlPath none',
    'EscapeChar none',
    `ConnectTimeout ${String(connectTimeoutSeconds)}`,
    ...(included === undefined ? [] : [`Include ${quoted(included)}`]),
    'Host *',
    'IdentityAgent none',
    'IdentitiesOnly yes',
    ...identities.map((path) => `IdentityFile ${quoted(path)}`),
    ...(identities.length === 0 ? ['IdentityFile none'] : []),
    `UserKnownHostsFile ${userKnownHosts.map((path) => quoted(path)).join(' ') || 'none'}`,
    `GlobalKnownHostsFile ${globalKnownHosts.map((path) => quoted(path)).join(' ') || 'none'}`,
    '',
  ].join('\n');
}

const KEYWORD = /^(\s*)(IdentityFile|CertificateFile|UserKnownHostsFile|Include)(?:\s*=\s*|\s+)(.+?)\s*$/i;

/**
 * Rewrites an administrator's ~/.ssh/config. ssh takes `~` from the user database and not from HOME, and there may be no
 * entry for the number we run under; keys are replaced by what `replaceKey` says, for ssh refuses one that others can read.
 */
export function rewriteAdminConfig(text: string, home: string, replaceKey: (path: string) => string): string {
  return text
    .split(/\r?\n/)
    .map((line) => {
      const [, indent = '', keyword = '', value] = KEYWORD.exec(line) ?? [];
      if (value === undefined) return line;
      const paths = words(value).map((word) => atHome(word, home, keyword));
      const isKey = keyword.toLowerCase() === 'identityfile';
      return `${indent}${keyword} ${paths.map((path) => quoted(isKey ? replaceKey(path) : path, false)).join(' ')}`;
    })
    .join('\n');
}

function words(value: string): readonly string[] {
  return [...value.matchAll(/"([^"]*)"|(\S+)/g)].map(([, inQuotes, bare]) => inQuotes ?? bare ?? '');
}

function atHome(word: string, home: string, keyword: string): string {
  const found = /^(?:~|%d|\$\{HOME\})\/(.*)$/.exec(word);
  if (found) return join(home, found[1] ?? '');
  // ssh looks for a relative Include beside the user's configuration, which ours is not.
  return keyword.toLowerCase() === 'include' && !word.startsWith('/') ? join(home, '.ssh', word) : word;
}

/** `exact`: the path is no template, so what ssh would replace in it is escaped. */
function quoted(path: string, exact = true): string {
  if (/["\n]/.test(path)) throw new Error('a path for ssh holds a quotation mark or a line feed');
  if (exact && path.includes('${')) throw new Error('a path for ssh holds a dollar sign and a brace');
  return `"${exact ? path.replaceAll('%', '%%') : path}"`;
}
