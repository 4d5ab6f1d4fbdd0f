import type { Demo } from './demo.ts';

/** Keeps everything up until the person ends it, and says how to go on. */
export async function stay({ dir, cluster, screen, signal }: Demo, operatorUrl: string): Promise<void> {
  screen.step('KEEP=1: everything stays up. In another terminal:');
  const kubeconfig = cluster.kind === 'own' ? '$DEMO/control-plane/kubeconfig' : '$DEMO/kubeconfig';
  const commands = [
    `export DEMO=${dir}`,
    `export KUBECONFIG=${kubeconfig} PATH=$DEMO/bin:$PATH`,
    'cd $DEMO/shop',
    'kubectl get helmreleases.helm.fluxcd.io --watch',
    'kubectl get gitsyncs -o wide',
    "sed -i 's/replicas: .*/replicas: 3/' deploy/settings.yaml",
    "git commit --all --message 'Three of them' && git push",
    'kubectl describe helmreleases.helm.fluxcd.io shop',
    'helm history shop',
    `curl ${operatorUrl}/metrics`,
    'tail -f $DEMO/operator.log',
    "git rm --quiet deploy/shop.yaml && git commit --message 'Close the shop' && git push",
  ];
  screen.output(`${commands.map((command) => `  ${command}`).join('\n')}\n`);
  screen.note(`Ctrl-C here, or kill ${String(process.pid)}, ends it and takes everything away.`);
  await new Promise<void>((resolve) => {
    const idle = setInterval(() => undefined, 60_000);
    const leave = (): void => {
      clearInterval(idle);
      resolve();
    };
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
  });
}
