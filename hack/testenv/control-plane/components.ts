import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ComponentSpec } from './component.ts';
import type { Material } from './material.ts';

/** Where the programs are. */
export interface Programs {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly kwok: string;
}

// etcd speaks through sockets in DIR (relative: a socket's path has at most 107 bytes): no port, nobody else gets in,
// and two control planes cannot meet.
const ETCD_SOCKET = 'unix://etcd.sock';

export function etcd(programs: Programs): ComponentSpec {
  return {
    name: 'etcd',
    file: programs.etcd,
    args: [
      '--name=testenv',
      '--data-dir=data',
      `--listen-client-urls=${ETCD_SOCKET}`,
      `--advertise-client-urls=${ETCD_SOCKET}`,
      '--listen-peer-urls=unix://peer.sock',
      '--initial-advertise-peer-urls=unix://peer.sock',
      '--initial-cluster=testenv=unix://peer.sock',
      '--unsafe-no-fsync',
      '--snapshot-count=5000',
      '--auto-compaction-mode=revision',
      '--auto-compaction-retention=2000',
      '--log-level=warn',
    ],
  };
}

/** Where the API server writes down every request, one JSON object a line: see `auditFlags`. */
export const AUDIT_LOG = 'logs/audit.log';

export function apiServer(
  programs: Programs,
  material: Material,
  port: number,
  flags: readonly string[] = [],
): ComponentSpec {
  const { files } = material;
  return {
    name: 'kube-apiserver',
    file: programs.apiServer,
    args: [
      '--etcd-servers=unix:etcd.sock',
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${files.serverCertificate}`,
      `--tls-private-key-file=${files.serverKey}`,
      `--token-auth-file=${files.tokens}`,
      '--authorization-mode=RBAC',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${files.serviceAccountKey}`,
      `--service-account-signing-key-file=${files.serviceAccountKey}`,
      '--service-cluster-ip-range=10.0.0.0/16',
      '--allow-privileged',
      '--endpoint-reconciler-type=none',
      '--profiling=false',
      ...flags,
    ],
  };
}

/** Writes the policy that logs who asked for what, and no contents; watches when they are opened, all else when answered. */
export function auditFlags(dir: string): readonly string[] {
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  };
  writeFileSync(join(dir, 'audit-policy.json'), JSON.stringify(policy), { mode: 0o600 });
  return [
    '--audit-policy-file=audit-policy.json',
    `--audit-log-path=${AUDIT_LOG}`,
    '--audit-log-maxsize=100000', // never another file
  ];
}

/** Their own limit of 20 requests a second lets five Deployments a second become available, whoever made them. */
const CONTROLLER = [
  '--kubeconfig=kubeconfig',
  '--secure-port=0',
  '--leader-elect=false',
  '--kube-api-qps=1000',
  '--kube-api-burst=1000',
  '--profiling=false',
];

export function controllerManager(programs: Programs, material: Material): ComponentSpec {
  return {
    name: 'kube-controller-manager',
    file: programs.controllerManager,
    args: [
      ...CONTROLLER,
      `--root-ca-file=${material.files.ca}`,
      `--service-account-private-key-file=${material.files.serviceAccountKey}`,
    ],
  };
}

export function scheduler(programs: Programs): ComponentSpec {
  return {
    name: 'kube-scheduler',
    file: programs.scheduler,
    args: CONTROLLER,
  };
}

export function kwok(programs: Programs, stages: readonly string[]): ComponentSpec {
  return {
    name: 'kwok',
    file: programs.kwok,
    args: [
      '--kubeconfig=kubeconfig',
      '--manage-all-nodes',
      '--node-ip=127.0.0.1',
      // Without it kwok renews no Lease, and after 50 s the node and all its pods count as lost.
      '--node-lease-duration-seconds=40',
      ...stages.map((path) => `--config=${path}`),
    ],
  };
}
