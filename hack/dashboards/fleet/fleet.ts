import { dashboard, type FileDashboard } from '../dashboard.ts';
import { datasource, listed } from '../variables.ts';
import { changedSection } from './changed.ts';
import { failingSection } from './failing.ts';
import { gitSyncsSection } from './git-syncs.ts';
import { namespacesSection } from './namespaces.ts';
import { nowSection } from './now.ts';

/** A platform team's first look: how many releases there are, which are not well, and what has changed. */
export function fleet(): FileDashboard {
  return dashboard({
    uid: 'helm-release-operator-fleet',
    title: 'Helm releases / Fleet',
    says: 'All HelmReleases: how many are ready, failing, rolled back or suspended, what changed, what is slow, and what comes from Git.',
    variables: [
      datasource,
      listed('namespace', 'Namespace', 'label_values(helmrelease_ready, namespace)', 'many'),
    ],
    sections: [nowSection(), namespacesSection(), failingSection(), changedSection(), gitSyncsSection()],
  });
}
