/**
 * Every label that a metric of ours may have, and what keeps the number of its values small. A sentence, an address or
 * anything that somebody outside can choose freely is no label.
 */
export const LABELS: Readonly<Record<string, string>> = {
  namespace:
    'namespace of the HelmRelease or GitSync; in the deprecated `flux_*` histograms the target namespace',
  name: 'name of the HelmRelease or GitSync; of a credential, what holds it',
  url: 'address of a repository or registry of charts that HelmReleases name, without user, password and query',
  release: 'name of the Helm release',
  release_name: 'the same, under the label of Helm Operator',
  target_namespace: 'namespace of the Helm release',
  chart:
    'name of the chart that is deployed; one a release at a time, at most 200 characters, as the next three',
  version: 'its version',
  app_version: 'the version of the application in it',
  source_revision: 'the commit or chart version it came from',
  condition: 'type of a condition: one of eight',
  held: 'what a credential is for or in: `api-server`, `secret`, `repository-import`, `server`',
  type: 'type of a condition: one of eight',
  status: '`True`, `False`, `Unknown`',
  phase: 'one of the phases of Helm Operator',
  step: '`chart`, `values`, `install`, `upgrade`, `wait`, `test`, `rollback`, `uninstall`, `ownership`, `spec`, `health`',
  reason: 'reason of the condition `Ready`: one of some dozen words in the code',
  action:
    '`install`, `upgrade`, `rollback`, `uninstall`, `test`; in the histograms `sync`, which is all of it, too',
  success: '`true`, `false`',
  result:
    '`ok`, `error`; of the chart store `hit`, `miss`; of webhooks what became of them; of notifications `sent`, `failed`, `dropped`',
  outcome: '`done`, `wait`, `retry`, `stalled`, `error`',
  pool: 'of slots for helm: `fast`, `slow` (helm itself waits), `package`',
  verb: "helm's command, or the API's: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`",
  resource: 'plural of a kind in the cluster: those that the operator knows, and those in charts and folders',
  code: 'HTTP status, or `error` without an answer',
  kind: '`git`, `repository`, `oci`; of notifications `slack`, `webhook`, `alertmanager`, `github`, `gitlab`; of credentials `certificate`, `token`',
  sender: 'type of a receiver of webhooks, never what somebody sent',
};
