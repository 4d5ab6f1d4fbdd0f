import { resolve } from 'node:path';
import { startControlPlane, stop, tools } from './testenv.ts';

const USAGE = `usage: npm run testenv -- start DIR      start a control plane, all its files in DIR; DIR/kubeconfig is an admin's
                                         (with --audit every request is written into DIR/logs/audit.log)
       npm run testenv -- stop DIR       end it
       npm run -s testenv -- which NAME  print the path of a program, getting it first if need be
       npm run testenv -- prepare        get every program of the control plane
`;

async function main([command, ...args]: readonly string[]): Promise<number> {
  const [first] = args;
  if (command === 'prepare' && first === undefined) {
    await tools();
    return 0;
  }
  if (command === 'which' && first !== undefined) {
    for (const path of await tools(args)) process.stdout.write(`${path}\n`);
    return 0;
  }
  const audit = args.length === 2 && args[1] === '--audit';
  if (command === 'start' && first !== undefined && (args.length === 1 || audit)) {
    const began = performance.now();
    const { url, kubeconfig, client } = await startControlPlane(resolve(first), { detached: true, audit });
    client.close();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stdout.write(`control plane at ${url}, up in ${seconds} s\nexport KUBECONFIG=${kubeconfig}\n`);
    return 0;
  }
  if (command === 'stop' && first !== undefined && args.length === 1) {
    await stop(resolve(first));
    return 0;
  }
  process.stderr.write(USAGE);
  return 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`testenv: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
