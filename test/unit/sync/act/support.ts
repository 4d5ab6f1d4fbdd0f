import { ApiError, type StatusDetails } from '../../../../src/kube/errors.ts';
import { failureOf } from '../../../../src/kube/http/api-request.ts';
import type { KubeObject, ResourceType } from '../../../../src/kube/resource-type.ts';
import type { ApplyTask, Objects, StagePorts } from '../../../../src/sync/act/apply-task.ts';
import { ownerLabels } from '../../../../src/sync/desire/mark.ts';

export const MANAGER = 'gitsync:team-a/production';
export const ACCOUNT = 'system:serviceaccount:team-a:deployer';
export const SYNC = { namespace: 'team-a', name: 'production' };

export const never = (): AbortSignal => new AbortController().signal;

/** A document of apps/web.yaml; `kind` is `Kind` or `Kind.group`. */
export function task(kind: string, name: string, content: object = {}): ApplyTask {
  const [bare = '', ...groups] = kind.split('.');
  const group = groups.join('.');
  const type: ResourceType = {
    ...{ group, version: 'v1', kind: bare, plural: `${bare.toLowerCase()}s` },
    namespaced: bare !== 'CustomResourceDefinition',
  };
  const namespace = type.namespaced ? 'shop' : '';
  return {
    ...{ file: 'apps/web.yaml', index: 2, line: 7, type },
    id: { group, kind: bare, namespace, name },
    ...{ ignored: [], known: undefined },
    object: {
      apiVersion: group === '' ? 'v1' : `${group}/v1`,
      kind: bare,
      metadata: { name, namespace, labels: ownerLabels(SYNC) },
      ...content,
    },
  };
}

/** As the API server answered it to an apply, and the transport made an error of it. */
export function refusal(
  status: number,
  statusReason: string,
  said: string,
  details: StatusDetails = {},
): ApiError {
  const request = { verb: 'apply', resource: 'configmaps', subject: 'shop/web', path: '' } as const;
  return new ApiError(`${failureOf(request)}: ${said}`, { status, statusReason, details });
}

export const conflict = (...conflicts: readonly (readonly [field: string, manager: string])[]): ApiError =>
  refusal(409, 'Conflict', 'Apply failed', {
    causes: conflicts.map(([field, manager]) => ({
      ...{ reason: 'FieldManagerConflict', field },
      message: `conflict with "${manager}" using v1`,
    })),
  });

/** An object as it lies in the cluster. */
export function live(name: string, metadata: object = {}): KubeObject {
  return { metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: '7', ...metadata } };
}

export interface World {
  readonly calls: string[];
  readonly ports: StagePorts;
}

/** Ports that write down what is asked of them. What is not said otherwise is not there, and can be applied. */
export function world(o: Partial<Objects> & { readonly ports?: Partial<StagePorts> } = {}): World {
  const calls: string[] = [];
  const objects: Objects = {
    get: (ref, signal) => {
      calls.push(`get ${ref.name}`);
      return o.get?.(ref, signal) ?? Promise.resolve(undefined);
    },
    jsonPatch: (ref, operations, signal) => {
      calls.push(`fold ${ref.name}`);
      return o.jsonPatch?.(ref, operations, signal) ?? Promise.resolve(live(ref.name));
    },
    apply: (object, options, signal) => {
      const { name } = object.metadata;
      calls.push(`${options.dryRun === true ? 'try' : 'apply'} ${name}${options.force ? ' by force' : ''}`);
      if (o.apply !== undefined) return o.apply(object, options, signal);
      return Promise.resolve(live(name, { resourceVersion: options.dryRun === true ? undefined : '8' }));
    },
  };
  return {
    calls,
    ports: {
      ...{ resourceOf: () => objects, manager: MANAGER, account: ACCOUNT, forceConflicts: true, inFlight: 1 },
      isFree: () => Promise.resolve(false),
      beforeApply: (ids) => {
        calls.push(`announce ${ids.map(({ id, adopted }) => `${id.name}${adopted ? '!' : ''}`).join(' ')}`);
        return Promise.resolve();
      },
      definitionsServed: (tasks) => {
        calls.push(`await ${tasks.map(({ id }) => id.name).join(' ')}`);
        return Promise.resolve([]);
      },
      ...o.ports,
    },
  };
}
