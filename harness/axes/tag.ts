/**
 * A step and a slot in one number, given along with what is sent: an answer that comes after its
 * step must not count in the next one.
 */
const SLOTS_PER_STEP = 2 ** 30;

export const tagOf = (step: number, slot: number): number => step * SLOTS_PER_STEP + slot;
export const stepOf = (tag: number): number => Math.floor(tag / SLOTS_PER_STEP);
export const slotOf = (tag: number): number => tag % SLOTS_PER_STEP;
