/** Exponential back-off with full jitter: up to `baseMs`, doubling with each failure in a row, never over `capMs`. */
export interface BackOff {
  baseMs: number
  capMs: number
}

/**
 * Milliseconds to wait after the `failures`th failure in a row (from 1). Full jitter, because thousands of boards lose
 * the same server in the same second; `random` gives 0 to 1.
 */
export function backOffDelay(backOff: BackOff, failures: number, random: () => number): number {
  return Math.round(random() * ceiling(backOff, failures))
}

/** As backOffDelay, but never less than half: for things whose every try costs something on this board. */
export function steadyBackOffDelay(backOff: BackOff, failures: number, random: () => number): number {
  return Math.round((0.5 + random() / 2) * ceiling(backOff, failures))
}

function ceiling({ baseMs, capMs }: BackOff, failures: number): number {
  // 2 ** 1100 is Infinity and min() copes; a negative exponent would not.
  return Math.min(capMs, baseMs * 2 ** Math.max(0, failures - 1))
}
