/*
 * The local network as the neighbours need it: who is there by multicast DNS, and blobs over TLS with the fleet's key.
 */
import { fleetMark } from '../../neighbours/fleet-mark.js'
import type { NeighbourNetwork, Presence } from '../../neighbours/ports.js'
import { BlobClient } from './blob-client.js'
import { listenForNeighbours } from './blob-listener.js'
import { MdnsPresence } from './mdns.js'

export interface LocalNetworkOptions {
  // Address of the only one to speak on; absent: all of them.
  networkInterface?: string
  // How long a neighbour may take to say what it has.
  answerMs?: number
}

export function localNetwork(options: LocalNetworkOptions = {}): NeighbourNetwork {
  return { join: (self) => join(self, options) }
}

type Self = Parameters<NeighbourNetwork['join']>[0]

async function join(
  { deviceId, key, server }: Self,
  { networkInterface, answerMs }: LocalNetworkOptions,
): Promise<Presence> {
  const mark = fleetMark(key)
  const psk = Buffer.from(key, 'base64url')
  const listener = await listenForNeighbours(mark, psk, server)
  const mdns = await MdnsPresence.open({ deviceId, mark, port: listener.port }, { networkInterface }).catch(
    async (error: unknown) => {
      await listener.close()
      throw error
    },
  )
  const client = new BlobClient(mark, psk, answerMs)
  return {
    neighbours: () => mdns.neighbours(),
    look: () => mdns.look(),
    ask: (neighbour, digest, signal) => client.ask(neighbour, digest, signal),
    read: (neighbour, order, signal) => client.read(neighbour, order, signal),
    close: async () => {
      client.close()
      await Promise.all([mdns.close(), listener.close()])
    },
  }
}
