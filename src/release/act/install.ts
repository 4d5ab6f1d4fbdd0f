import type { Helm } from '../../helm/helm.ts';
import type { MarkFormat } from '../../helm/storage/marks.ts';
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
  if (fromRevision === 0) pass.note(freshStart);
  const request = deployRequest(plan, fromRevision + 1, ports.marks);
  await deploy(
    pass,
    plan,
    {
      action: 'install',
      because,
      fromRevision,
      run: () => ports.helm.install({ ...request, replace }, pass.signal),
    },
    ports,
  );
}
