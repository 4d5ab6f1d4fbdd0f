import { MARK_REJECTED_LABEL } from '../api/names.ts';
import { isAtLeast, type HelmBinary } from './binary.ts';
import {
  checkedAccount,
  checkedDescription,
  checkedLabel,
  checkedMaxHistory,
  checkedNamespace,
  checkedPath,
  checkedReleaseName,
  checkedRevision,
  checkedValuesPath,
  goDuration,
} from './checks.ts';
import type {
  DeployRequest,
  InstallRequest,
  RollbackRequest,
  TestRequest,
  UninstallRequest,
  UpgradeRequest,
} from './requests.ts';

type Program = Pick<HelmBinary, 'version' | 'major'>;
type Arguments = readonly string[];

/** Where the values of a run lie: files in rising priority, and standard input on top of them. */
export interface ValuesArguments {
  readonly files: readonly string[];
  readonly stdin: boolean;
}

export function installArguments(helm: Program, request: InstallRequest, values: ValuesArguments): Arguments {
  return [
    'install',
    ...flag('--replace', request.replace),
    ...deploying(helm, request, values),
    // There is nothing to inherit, and helm would store the word null.
    ...labels(Object.fromEntries(Object.entries(request.labels).filter(([, value]) => value !== undefined))),
    ...applying(helm, request),
    ...target(request),
    checkedPath(request.chartPath),
  ];
}

export function upgradeArguments(helm: Program, request: UpgradeRequest, values: ValuesArguments): Arguments {
  return [
    'upgrade',
    // Without either, helm would keep the old values whenever there are no new ones.
    request.reuseValues ? '--reuse-values' : '--reset-values',
    '--history-max',
    checkedMaxHistory(request.maxHistory),
    ...deploying(helm, request, values),
    // An upgrade inherits labels, and this one is true only of the rollback that it was put on.
    ...labels({ [MARK_REJECTED_LABEL]: undefined, ...request.labels }),
    ...applying(helm, request),
    ...target(request),
    checkedPath(request.chartPath),
  ];
}

/** What an upgrade would make: read from the cluster, so that charts find what they look up, and written nowhere. */
export function dryRunArguments(helm: Program, request: UpgradeRequest, values: ValuesArguments): Arguments {
  const [verb = '', ...rest] = upgradeArguments(helm, request, values);
  return [verb, '--dry-run=server', '--output', 'json', ...rest];
}

export function rollbackArguments(helm: Program, request: RollbackRequest): Arguments {
  return [
    'rollback',
    '--history-max',
    checkedMaxHistory(request.maxHistory),
    ...waiting(helm, request),
    ...(isAtLeast(helm, '4.3.0') ? description(request) : []),
    ...applying(helm, request),
    ...target(request),
    checkedRevision(request.revision),
  ];
}

export function uninstallArguments(
  helm: Program,
  request: UninstallRequest,
  { keepHistory }: { readonly keepHistory: boolean },
): Arguments {
  return [
    'uninstall',
    // Not --ignore-not-found: helm then calls it success when its storage cannot be read at all.
    ...flag('--keep-history', keepHistory),
    // Otherwise helm keeps to itself why an object could not be deleted.
    '--debug',
    ...waiting(helm, request),
    ...description(request),
    ...target(request),
  ];
}

export function testArguments(request: TestRequest): Arguments {
  return [
    'test',
    ...flag('--logs', request.logs),
    '--timeout',
    goDuration(request.timeoutMs),
    ...target(request),
  ];
}

export function packageArguments(dir: string, into: string): Arguments {
  return ['package', '--destination', checkedPath(into), '--', checkedPath(dir)];
}

function deploying(helm: Program, request: DeployRequest, { files, stdin }: ValuesArguments): Arguments {
  return [
    '--disable-openapi-validation',
    '--hide-notes',
    ...flag('--skip-crds', request.skipCRDs),
    ...waiting(helm, request),
    ...description(request),
    ...files.flatMap((file) => ['--values', checkedValuesPath(file)]),
    ...(stdin ? ['--values', '-'] : []),
  ];
}

function waiting(
  { major }: Program,
  request: { readonly timeoutMs: number; readonly wait?: 'helm' | 'none'; readonly noHooks?: boolean },
): Arguments {
  // Helm 4's own kind of waiting watches every object of the namespace; legacy is that of Helm 3.
  const wait = major === 4 ? '--wait=legacy' : '--wait';
  return [
    '--timeout',
    goDuration(request.timeoutMs),
    ...flag(wait, request.wait === 'helm'),
    ...flag('--no-hooks', request.noHooks),
  ];
}

/** Helm 4 refuses to replace objects by server-side apply, and to take fields over without it. */
function applying(
  { major }: Program,
  { apply, force, forceConflicts }: Pick<DeployRequest, 'apply' | 'force' | 'forceConflicts'>,
): Arguments {
  if (major === 3) return flag('--force', force);
  if (force === true) return ['--force-replace', '--server-side=false'];
  if (apply === undefined) return [];
  return apply === 'client'
    ? ['--server-side=false']
    : ['--server-side=true', ...flag('--force-conflicts', forceConflicts)];
}

function labels(wanted: DeployRequest['labels']): Arguments {
  const texts = Object.entries(wanted).map(([key, value]) => checkedLabel(key, value));
  return texts.length === 0 ? [] : ['--labels', texts.join(',')];
}

function description({ description: text = '' }: { readonly description?: string }): Arguments {
  const checked = checkedDescription(text);
  return checked === '' ? [] : ['--description', checked];
}

/** Last of all: what comes after the two dashes is never read as an option. */
function target({ namespace, name, as }: Pick<DeployRequest, 'namespace' | 'name' | 'as'>): Arguments {
  // The API server adds the groups of the account by itself.
  const account = as === undefined ? [] : ['--kube-as-user', checkedAccount(as)];
  return [...account, '--namespace', checkedNamespace(namespace), '--', checkedReleaseName(name)];
}

function flag(name: string, wanted: boolean | undefined): Arguments {
  return wanted === true ? [name] : [];
}
