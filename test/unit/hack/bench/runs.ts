import type { Row, Run } from '../../../../hack/bench/report/run.ts';

export function row(fields: Partial<Row> = {}): Row {
  return {
    phase: 'install',
    seconds: 10,
    cpu: { operator: 1, children: 2, apiServer: 3, etcd: 0.5 },
    memory: { peak: 200e6, operator: 100e6 },
    requests: {},
    helm: { mostAtOnce: 4 },
    ...fields,
  };
}

export function run(fields: Partial<Run> = {}): Run {
  return {
    at: '2026-01-02T03:04:05.000Z',
    scenario: 'lifecycle',
    subject: 'operator',
    count: 100,
    source: 'git',
    slots: 4,
    machine: { cores: 2, memory: 8e9, node: 'v24.0.0', helm: 'v4.3.1' },
    rows: [row()],
    ...fields,
  };
}
