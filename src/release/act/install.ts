import type { Helm } from '../../helm/helm.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
import { MIGRATE_ANNOTATION } from '../../api/names.ts';
import type { Action } from '../decide/action.ts';
import type { Pass } from '../pass.ts';
import type { Plan } from '../plan.ts';
import { freshStart } from '../record/fresh-start.ts';
import { deploy } from './deploy.ts';
import type { DeployPorts } from './deploy.ts';
import { deployRequest } from './helm-request.ts';

export interface InstallPorts extends DeployPorts {
  readonly helm: Pick<Helm, 'install'>;
  readonly marks: MarkFormat;
}

/** The first revision, or a new start over one that never worked: `--replace` deletes nothing. */
export async function install(
  pass: Pass,
  plan: Plan,
  { because, replace }: Extract<Action, { kind: 'install' }>,
  fromRevision: number,
  ports: InstallPorts,
): Promise<void> {
  if (fromRevision === 0) {
    pass.note(freshStart);
    answerMigration(pass, ports);
  }
  const request = deployRequest(plan, fromRevision + 1, ports.marks);
  await deploy(
    pass,
    plan,
    {
      action: 'install',
      because,
      fromRevision,
      run: (prepared) => ports.helm.install({ ...request, ...prepared, replace }, pass.signal),
    },
    ports,
  );
}

/** Whoever asks for a release of Helm 2 to be converted has to hear that it is made anew, and why that is all there is. */
function answerMigration(pass: Pass, { events }: Pick<InstallPorts, 'events'>): void {
  const regarding = pass.release();
  if (regarding.metadata.annotations?.[MIGRATE_ANNOTATION] === undefined) return;
  const message = `the annotation ${MIGRATE_ANNOTATION} is not carried out, and no record of a release ${pass.target.releaseName} of Helm 2 is seen: it is installed; remove the annotation`;
  pass.log.warn('migration is not supported', { warning: message });
  events.record({ regarding, type: 'Warning', reason: 'MigrationNotSupported', message });
}
