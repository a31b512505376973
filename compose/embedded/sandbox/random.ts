/** Uniform in [0, 1). */
export type Random = () => number;

/** A small seeded generator (mulberry32): the same seed gives the same instance. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Standard normal (Box–Muller). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** Erlang-4 with mean 1: its squared coefficient of variation is 1/4. */
export function erlang4(random: Random): number {
  // 1 − u keeps the logarithm finite: u may be 0, never 1.
  return -Math.log((1 - random()) * (1 - random()) * (1 - random()) * (1 - random())) / 4;
}
