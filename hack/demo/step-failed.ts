/** A step did not do what it said; the message is one sentence. */
export class StepFailed extends Error {}

export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new StepFailed(otherwise);
}
