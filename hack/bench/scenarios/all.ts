import { bare } from './bare.ts';
import { broken } from './broken.ts';
import { commit } from './commit.ts';
import { definitions } from './definitions.ts';
import { lifecycle } from './lifecycle.ts';
import { many } from './many.ts';
import type { Scenario } from './scenario.ts';
import { soak } from './soak.ts';
import { waiting } from './waiting.ts';

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  lifecycle,
  bare,
  many,
  waiting,
  commit,
  broken,
  definitions,
  soak,
};
