import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { StatusDetails } from '../../../../src/kube/errors.ts';
import { judge } from '../../../../src/sync/act/judge.ts';
import type { Refusal } from '../../../../src/sync/act/refusal.ts';
import { refusal, task } from './support.ts';

const OBJECT = task('ConfigMap', 'web').object;

/** Answers of Kubernetes 1.37 to server-side applies, as they came. */
const ANSWERS: readonly (readonly [
  what: string,
  status: number,
  reason: string,
  said: string,
  details: StatusDetails,
  means: Partial<Refusal>,
])[] = [
  [
    'a namespace that does not exist',
    ...([404, 'NotFound', 'namespaces "nope" not found', { name: 'nope', kind: 'namespaces' }] as const),
    { kind: 'no-namespace', namespace: 'nope' },
  ],
  [
    'a namespace that is being deleted',
    ...([403, 'Forbidden'] as const),
    'configmaps "new" is forbidden: unable to create new content in namespace term because it is being terminated',
    {
      name: 'new',
      kind: 'configmaps',
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: 'namespace term is being terminated',
          field: 'metadata.namespace',
        },
      ],
    },
    { kind: 'namespace-goes', namespace: 'term' },
  ],
  [
    'a field that the kind does not have',
    ...([500, ''] as const),
    'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="web"].imge: field not declared in schema',
    {},
    {
      kind: 'invalid',
      findings: [
        {
          field: 'spec.template.spec.containers[name="web"].imge',
          what: 'unknown',
          said: 'field not declared in schema',
        },
      ],
    },
  ],
  [
    'several fields that the kind does not have',
    ...([500, ''] as const),
    'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): errors:\n  .spec.a: field not declared in schema\n  .spec.b: field not declared in schema',
    {},
    {
      kind: 'invalid',
      findings: [
        { field: 'spec.a', what: 'unknown', said: 'field not declared in schema' },
        { field: 'spec.b', what: 'unknown', said: 'field not declared in schema' },
      ],
    },
  ],
  [
    'a value of another type',
    ...([500, ''] as const),
    'failed to create typed patch object (default/u; /v1, Kind=ConfigMap): .data.x: expected string, got &value.valueUnstructured{Value:1}',
    {},
    {
      kind: 'invalid',
      findings: [
        {
          field: 'data.x',
          what: 'wrong',
          said: 'expected string, got &value.valueUnstructured{Value:1}',
        },
      ],
    },
  ],
  [
    'a value that cannot be read',
    ...([500, ''] as const),
    'failed to convert new object (default/u; /v1, Kind=Secret) to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 0',
    {},
    {
      kind: 'invalid',
      findings: [
        {
          field: undefined,
          what: 'wrong',
          said: 'unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 0',
        },
      ],
    },
  ],
  [
    'unknown fields, where they are found by strict decoding',
    ...([400, 'BadRequest'] as const),
    'strict decoding error: unknown field "spec.a", unknown field "spec.b"',
    {},
    {
      kind: 'invalid',
      findings: [
        { field: 'spec.a', what: 'unknown', said: 'unknown field "spec.a"' },
        { field: 'spec.b', what: 'unknown', said: 'unknown field "spec.b"' },
      ],
    },
  ],
  [
    'an immutable field',
    ...([422, 'Invalid'] as const),
    'Deployment.apps "web" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
    {
      name: 'web',
      group: 'apps',
      kind: 'Deployment',
      causes: [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
          field: 'spec.selector',
        },
      ],
    },
    {
      kind: 'invalid',
      findings: [
        {
          field: 'spec.selector',
          what: 'immutable',
          said: 'Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
        },
      ],
    },
  ],
  [
    'what was not checked because of another field',
    ...([422, 'Invalid', 'Widget.example.com "w3" is invalid: [...]'] as const),
    {
      causes: [
        { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.size' },
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: null: some validation rules were not checked',
          field: '<nil>',
        },
      ],
    },
    { kind: 'invalid', findings: [{ field: 'spec.size', what: 'wrong', said: 'Required value' }] },
  ],
  [
    'what is too long as a whole',
    ...([
      422,
      'Invalid',
      'ConfigMap "big" is invalid: []: Too long: may not be more than 1048576 bytes',
    ] as const),
    {
      causes: [
        {
          reason: 'FieldValueTooLong',
          message: 'Too long: may not be more than 1048576 bytes',
          field: '[]',
        },
      ],
    },
    {
      kind: 'invalid',
      findings: [{ field: undefined, what: 'wrong', said: 'Too long: may not be more than 1048576 bytes' }],
    },
  ],
  [
    'more than the server takes at once',
    ...([413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728', {}] as const),
    { kind: 'too-large' },
  ],
  [
    'a right that lacks in a namespace',
    ...([403, 'Forbidden'] as const),
    'configmaps "a" is forbidden: User "system:serviceaccount:default:deployer" cannot patch resource "configmaps" in API group "" in the namespace "default"',
    { name: 'a', kind: 'configmaps' },
    {
      kind: 'forbidden',
      user: 'system:serviceaccount:default:deployer',
      ...{ verb: 'patch', resource: 'configmaps', group: '', namespace: 'default' },
    },
  ],
  [
    'a right that lacks in the cluster',
    ...([403, 'Forbidden'] as const),
    'clusterroles.rbac.authorization.k8s.io "a" is forbidden: User "jane" cannot create resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope',
    { name: 'a', kind: 'clusterroles' },
    {
      kind: 'forbidden',
      ...{ user: 'jane', verb: 'create', resource: 'clusterroles', namespace: '' },
      group: 'rbac.authorization.k8s.io',
    },
  ],
  [
    'a kind that is not served',
    ...([404, '', 'the API server does not know this kind of object'] as const),
    {},
    { kind: 'no-kind' },
  ],
  [
    'a ServiceAccount that is not there',
    ...([403, 'Forbidden'] as const),
    'pods "p" is forbidden: error looking up service account default/nosa: serviceaccount "nosa" not found',
    { name: 'p', kind: 'pods' },
    { kind: 'depends', on: { group: '', plural: 'serviceaccounts', namespace: 'default', name: 'nosa' } },
  ],
  [
    'a PriorityClass that is not there',
    ...([403, 'Forbidden', 'pods "p" is forbidden: no PriorityClass with name nopc was found', {}] as const),
    { kind: 'depends', on: { group: 'scheduling.k8s.io', plural: 'priorityclasses', name: 'nopc' } },
  ],
  [
    'a RuntimeClass that is not there',
    ...([
      403,
      'Forbidden',
      'pods "p" is forbidden: pod rejected: RuntimeClass "norc" not found',
      {},
    ] as const),
    { kind: 'depends', on: { group: 'node.k8s.io', plural: 'runtimeclasses', name: 'norc' } },
  ],
  [
    'a webhook that takes no part in dry runs',
    ...([400, 'BadRequest', 'admission webhook "w.example.com" does not support dry run', {}] as const),
    { kind: 'untestable' },
  ],
  [
    'a webhook that says no',
    ...([
      403,
      'Forbidden',
      'admission webhook "w.example.com" denied the request: no label team',
      {},
    ] as const),
    { kind: 'webhook' },
  ],
  [
    'a webhook that does not answer',
    ...([500, 'InternalError'] as const),
    'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://w/x": connection refused',
    {},
    { kind: 'webhook' },
  ],
  [
    'an admission policy that says no',
    ...([422, 'Invalid'] as const),
    "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no team",
    {},
    { kind: 'webhook' },
  ],
  [
    'a kind that only takes questions',
    ...([405, 'MethodNotAllowed', 'the server does not allow this method', {}] as const),
    { kind: 'other', said: 'objects of this kind cannot be applied' },
  ],
  [
    'anything else that the server says',
    ...([403, 'Forbidden', 'pods "p" is forbidden: exceeded quota: small', {}] as const),
    { kind: 'other', said: 'pods "p" is forbidden: exceeded quota: small', reason: 'Forbidden' },
  ],
];

describe('what a refusal of the API server means', () => {
  for (const [what, status, reason, said, details, means] of ANSWERS) {
    it(`is told for ${what}`, () => {
      expect(judge(refusal(status, reason, said, details), OBJECT)).to.deep.include(means);
    });
  }

  it('is, for a binding, the role that is not there: the server gives its name with the kind of the binding', () => {
    const group = 'rbac.authorization.k8s.io';
    const details = { name: 'reader', group, kind: 'rolebindings' };
    const said = 'rolebindings.rbac.authorization.k8s.io "reader" not found';
    const error = refusal(404, 'NotFound', said, details);

    for (const [kind, plural] of [
      ['Role', 'roles'],
      ['ClusterRole', 'clusterroles'],
    ] as const) {
      const { object } = task('RoleBinding.rbac.authorization.k8s.io', 'reader', { roleRef: { kind } });
      expect(judge(error, object)).to.deep.include({
        kind: 'depends',
        on: { group, plural, name: 'reader' },
      });
    }
  });

  it('is that the account may not give rights that it does not have', () => {
    const said =
      'roles.rbac.authorization.k8s.io "esc" is forbidden: user "jane" (groups=["a"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}';

    expect(judge(refusal(403, 'Forbidden', said), OBJECT)).to.deep.include({ kind: 'escalation' });
  });

  it('is nothing about the object when the platform has trouble', () => {
    for (const status of [401, 408, 429, 502, 503, 504]) {
      expect(judge(refusal(status, '', 'busy'), OBJECT), String(status)).to.equal(undefined);
    }
  });
});
