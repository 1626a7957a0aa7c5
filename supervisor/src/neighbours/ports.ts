import type { ByteRange } from '../images/ports.js'

/*
 * Devices of one fleet on one local network, as the rules of sharing see them. How they find and reach each other is
 * behind these.
 */

export interface Neighbour {
  deviceId: string
  // IPv4 or IPv6, and the port that its blobs are served at.
  address: string
  port: number
}

/** What one device says of a blob. */
export type BlobState =
  // busy: so many read from it that one more would wait.
  { state: 'whole'; busy?: boolean } | { state: 'fetching'; bytes: number } | { state: 'none' }

/** Answers for this device. */
export interface BlobServer {
  stateOf(digest: string): BlobState
  /** Of a whole one. */
  sizeOf(digest: string): number
  read(digest: string, range: ByteRange): AsyncIterable<Uint8Array>
}

/** This device among its neighbours, until it is closed. */
export interface Presence {
  /** Those that were heard of lately. */
  neighbours(): Neighbour[]
  /** Asks who is there; answers come within a second or so. */
  look(): void
  /** Answers or rejects within seconds. */
  ask(neighbour: Neighbour, digest: string, signal: AbortSignal): Promise<BlobState>
  read(
    neighbour: Neighbour,
    order: { digest: string; range: ByteRange },
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

export interface NeighbourNetwork {
  /** `key`: what devices of the fleet share (32 bytes in base64url); whoever does not have it is nobody. */
  join(self: { deviceId: string; key: string; server: BlobServer }): Promise<Presence>
}
