import type { Lease } from '../kube/leader/lease.ts';

/** Annotations of the Lease: where the one that holds it can be reached by the others. */
const ADDRESSES = {
  api: 'helm-release-operator.io/leader-api',
  webhooks: 'helm-release-operator.io/leader-webhooks',
};

export type LeaderPort = keyof typeof ADDRESSES;

export type LeaderPorts = Readonly<Record<LeaderPort, number>>;

/** Empty, rather than what a leader before has left there, where a pod is not told its own address. */
export function addressAnnotations(
  ip: string | undefined,
  ports: LeaderPorts,
): Readonly<Record<string, string>> {
  return {
    [ADDRESSES.api]: addressOf(ip, ports.api),
    [ADDRESSES.webhooks]: addressOf(ip, ports.webhooks),
  };
}

/** `host:port`; undefined if none is told, or nothing that a pod could have written. */
export function addressIn({ metadata }: Lease, port: LeaderPort): string | undefined {
  const address = metadata.annotations?.[ADDRESSES[port]] ?? '';
  return ADDRESS.test(address) ? address : undefined;
}

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\]):\d{1,5}$/i;

function addressOf(ip = '', port: number): string {
  if (ip === '') return '';
  return `${ip.includes(':') ? `[${ip}]` : ip}:${String(port)}`;
}
