/*
 * Protocol history. A server speaks to every version listed here; a new optional field gets a line, never a new
 * meaning of an old one.
 *
 * 1  2026-11-21  registration, challenge, token, target, report, logs, link.
 */
export const DEVICE_PROTOCOL = 1

/** Response header of a target poll: seconds until the device should ask again, jitter included. */
export const NEXT_POLL_HEADER = 'flotilla-next-poll'
