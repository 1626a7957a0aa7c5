export interface LinkLimits {
  // Links to one process.
  most: number
  // Without a sign of life for so long, a board is asked for one …
  quietMs: number
  // … and for so long, given up.
  silentMs: number
  lookMs: number
  // For so long a device counts as online after its link closed: it will be back, or poll.
  graceMs: number
  tellAtOnce: number
  tellEveryMs: number
}

/** Injection token of LinkLimits. */
export const LINK_LIMITS = Symbol('link limits')

// Supervisors ping every 60 s.
export const USUAL_LIMITS: LinkLimits = {
  most: 50_000,
  quietMs: 90_000,
  silentMs: 150_000,
  lookMs: 15_000,
  graceMs: 60_000,
  tellAtOnce: 200,
  tellEveryMs: 100,
}
