import type { Identity } from './identity.js'
import type { RegisterOptions } from './loops/register.js'
import type { MakePart } from './part.js'
import type { Clock, Cloud, Engine, Host, Logger } from './ports.js'
import type { Store } from './stored.js'

/** What a connection to the control plane is given of its surroundings. */
export interface CloudAmbient {
  clock: Clock
  signal: AbortSignal
  // Wants to hear what time it is on the server, in milliseconds since the epoch, and how long the answer took.
  onServerTime: (serverMs: number, roundTripMs: number) => void
}

/** The world as the agent finds it; everything else it makes itself. */
export interface World {
  // The board's own.
  clock: Clock
  log: Logger
  host: Host
  store: Store
  cloud: (identity: Identity, ambient: CloudAmbient) => Cloud
  // What belongs to a device can be told apart only once the device is known.
  engine: (deviceId: string) => Engine
  // What the device does beside running its target, in the order in which they are made.
  parts: readonly MakePart[]
}

export interface AgentOptions extends RegisterOptions {
  // Between polls where the server does not say.
  pollMs: number
}
