import { asOperatorError, InvalidSpecError } from '../api/errors.ts';
import type { RunResult } from '../process/run.ts';
import {
  dryRunArguments,
  installArguments,
  packageArguments,
  rollbackArguments,
  testArguments,
  upgradeArguments,
  type ValuesArguments,
} from './arguments.ts';
import { explainFailure, HelmError } from './errors.ts';
import type { FailedRun, Verb } from './errors/failure-kind.ts';
import { type Hidden, hiding } from './errors/mask.ts';
import type { DryRun, HelmOutcome } from './outcome.ts';
import { packagedChart } from './packaged-chart.ts';
import type {
  ApplyMethod,
  DeployRequest,
  InstallRequest,
  RollbackRequest,
  TestRequest,
  UninstallRequest,
  UpgradeRequest,
} from './requests.ts';
import { createRunner, type Job, type Runner, type RunnerOptions } from './runner.ts';
import type { SlotClaim, Slots } from './slots.ts';
import { parseRelease } from './storage/codec.ts';
import type { Storage } from './storage/storage.ts';
import { createUninstall } from './uninstall.ts';

/**
 * The helm program. An outcome says what helm said; what became of the release is for Helm's storage to say, because
 * helm may fail after everything was applied. Whoever changes a release holds one of the `slots` meanwhile. Rejects when aborted, after the process has ended, and when Helm's storage
 * has to be asked and cannot be.
 */
export interface Helm {
  install(request: InstallRequest, signal: AbortSignal): Promise<HelmOutcome>;
  upgrade(request: UpgradeRequest, signal: AbortSignal): Promise<HelmOutcome>;
  /** What an upgrade would store. Changes nothing. */
  dryRun(request: UpgradeRequest, signal: AbortSignal): Promise<DryRun>;
  rollback(request: RollbackRequest, signal: AbortSignal): Promise<HelmOutcome>;
  /** A release that is not there counts as uninstalled. */
  uninstall(request: UninstallRequest, signal: AbortSignal): Promise<HelmOutcome>;
  test(request: TestRequest, signal: AbortSignal): Promise<HelmOutcome>;
  /** Packs the chart in a folder, in a slot of its own, and gives the path of the archive. */
  packageChart(dir: string, into: string, signal: AbortSignal): Promise<string>;
}

export interface HelmOptions extends RunnerOptions {
  readonly slots: Slots;
  readonly storage: Pick<Storage, 'list' | 'mark' | 'purge' | 'applyMethod'>;
  /** Texts of a release's own Secrets, which helm may quote when something goes wrong with them. */
  readonly renderedSecrets?: (namespace: string, name: string, signal: AbortSignal) => Promise<Hidden>;
}

const PACKAGE_LIMIT_MS = 120_000;

/** The runner may be shared by several, each with the storage as somebody else sees it. */
export function createHelm(options: HelmOptions, runHelm: Runner = createRunner(options)): Helm {
  const { binary, storage } = options;

  async function outcomeOf(
    request: Pick<Job, 'verb' | 'arguments'> & Partial<Pick<Job, 'files' | 'input'>>,
    target: Target,
    signal: AbortSignal,
  ): Promise<HelmOutcome> {
    const { namespace, name, limitMs, secrets } = target;
    let result: RunResult;
    try {
      result = await runHelm({ files: [], ...request, limitMs }, signal);
    } catch (caught) {
      signal.throwIfAborted();
      options.stopping?.throwIfAborted();
      return { kind: 'failed', error: unusable(caught), durationMs: 0 };
    }
    if (result.kind === 'done') return { kind: 'ok', durationMs: result.durationMs, output: result.stdout };
    const run = { verb: request.verb, namespace, name };
    const error = explainFailure(result, run, hiding(secrets, await ofRelease(run, signal)));
    return { kind: 'failed', error, durationMs: result.kind === 'failed' ? result.durationMs : 0 };
  }

  async function ofRelease({ verb, namespace, name }: FailedRun, signal: AbortSignal): Promise<Hidden> {
    const none = verb === 'package' || options.renderedSecrets === undefined;
    return none ? { kind: 'words', words: [] } : await options.renderedSecrets(namespace, name, signal);
  }

  function deploy<R extends DeployRequest>(
    verb: Verb,
    request: R,
    build: (helm: typeof binary, request: R, values: ValuesArguments) => readonly string[],
    signal: AbortSignal,
  ): Promise<HelmOutcome> {
    const { valuesFiles, inlineValues } = request;
    const stdin = inlineValues !== undefined;
    return outcomeOf(
      {
        verb,
        files: valuesFiles,
        ...(stdin ? { input: JSON.stringify(inlineValues) } : {}),
        arguments: (files) => build(binary, request, { files, stdin }),
      },
      request,
      signal,
    );
  }

  /** helm goes by what its newest revision was made with, and so do we; but we have to know it to take fields over. */
  async function withApplyMethod<R extends UpgradeRequest | RollbackRequest>(
    request: R,
    signal: AbortSignal,
  ): Promise<R> {
    const { namespace, name } = request;
    if (binary.major === 3 || request.force === true || request.apply !== undefined) return request;
    const apply: ApplyMethod = (await storage.applyMethod(namespace, name, signal)) ?? 'client';
    return { ...request, apply };
  }

  return {
    install: (request, signal) =>
      deploy('install', { apply: 'server', ...request }, installArguments, signal),
    upgrade: async (request, signal) =>
      deploy('upgrade', await withApplyMethod(request, signal), upgradeArguments, signal),
    dryRun: async (request, signal) =>
      rehearsed(await deploy('dry-run', await withApplyMethod(request, signal), dryRunArguments, signal)),
    rollback: async (request, signal) => {
      const complete = await withApplyMethod(request, signal);
      return outcomeOf(
        { verb: 'rollback', arguments: () => rollbackArguments(binary, complete) },
        request,
        signal,
      );
    },
    uninstall: createUninstall(binary, storage, (build, request, signal) =>
      outcomeOf({ verb: 'uninstall', arguments: build }, request, signal),
    ),
    test: (request, signal) =>
      outcomeOf({ verb: 'test', arguments: () => testArguments(request) }, request, signal),
    packageChart: async (dir, into, signal) => {
      const outcome = await options.slots.hold(PACKAGING, signal, () =>
        outcomeOf(
          { verb: 'package', arguments: () => packageArguments(dir, into) },
          { namespace: '', name: '', limitMs: PACKAGE_LIMIT_MS, secrets: [] },
          signal,
        ),
      );
      if (outcome.kind === 'failed') throw outcome.error;
      return packagedChart(outcome.output);
    },
  };
}

/** By whomever a chart is wanted, one package serves all. */
const PACKAGING: SlotClaim = { pool: 'package', party: '', urgent: true };

interface Target {
  readonly namespace: string;
  readonly name: string;
  readonly limitMs: number;
  readonly secrets: readonly string[];
}

function rehearsed(outcome: HelmOutcome): DryRun {
  if (outcome.kind === 'failed') return outcome;
  try {
    return { kind: 'ok', release: parseRelease(outcome.output, 'what helm would store') };
  } catch (cause) {
    const facts = { class: 'OTHER', reason: 'HelmFailed', retry: 'backoff' } as const;
    return { kind: 'failed', error: new HelmError(asOperatorError(cause).message, facts, { cause }) };
  }
}

/** helm could not even be started as asked: a name that is none, a full disk. */
function unusable(caught: unknown): HelmError {
  const cause = asOperatorError(caught);
  const invalid = caught instanceof InvalidSpecError;
  return new HelmError(
    invalid ? cause.message : `helm could not be started: ${cause.message}`,
    {
      class: invalid ? 'INVALID_REQUEST' : 'NOT_STARTED',
      reason: invalid ? cause.reason : 'HelmFailed',
      retry: invalid ? 'after-change' : 'backoff',
    },
    { cause: caught },
  );
}
