import { followEvents } from '@flotilla/api-client'
import type { DeviceLogLineView } from '@flotilla/contracts'
import { answer, api, connection } from './client.js'
import type { LineSource } from './line-feed.js'

const PAGE = 500
// Without a line to begin behind, the stream gives only what comes from now on: a line written just now would be lost.
const BEFORE_ALL = '0'

/** The log of a device, or of one service of it. */
export function deviceLogSource(id: string, service: string | undefined): LineSource<DeviceLogLineView> {
  const read = async (signal: AbortSignal, before?: string) => {
    const params = { path: { id }, query: { limit: PAGE, service, before } }
    const { items } = await answer(api.GET('/api/v1/devices/{id}/logs', { params, signal }))
    return { lines: items, hasOlder: items.length === PAGE }
  }
  return {
    newest: (signal) => read(signal),
    older: (before, signal) => read(signal, before),
    async *follow(after, signal) {
      const params = { path: { id }, query: { service, after: after ?? BEFORE_ALL } }
      for await (const { event, data } of followEvents(connection, '/api/v1/devices/{id}/logs/stream', {
        params,
        signal,
      })) {
        if (event === 'line') yield data
      }
    },
  }
}
