import type { LiveEvent } from '@flotilla/contracts'

export type CacheKey = readonly unknown[]

/** What is no longer true once something changed: each key stands for every cached answer whose key begins with it. */
export function staleKeys(event: LiveEvent): CacheKey[] {
  switch (event.kind) {
    case 'fleet':
      // A fleet's release is the target of its devices, and none of them says so itself.
      return [['fleets'], ['devices'], ['releases'], ['provisioning-keys', event.id]]
    case 'device':
      return [['devices', 'list'], ['devices', 'one', event.id], ['fleets'], ['releases']]
    case 'device-events':
      return [['device-events', event.id]]
    case 'device-commands':
      return [['device-commands', event.id]]
    case 'release':
      return [['releases', 'list'], ['releases', 'one', event.id], ['fleets']]
    case 'build':
      return [['builds', 'list'], ['builds', 'one', event.id], ['releases']]
    case 'variables':
      return [['variables'], ['devices', 'one']]
    case 'device-logs':
    case 'build-output':
      // Whoever shows lines follows a stream of its own.
      return []
  }
}

/** Whether a change in a fleet is one for whoever looks at one device of it; without a device, all are. */
export function concerns(event: LiveEvent, device: string | undefined): boolean {
  const isOfSomeDevice = event.kind === 'device' || event.kind.startsWith('device-')
  return device === undefined || !isOfSomeDevice || event.id === device
}

/** The keys of many events without those that another one includes already. */
export function mergeStaleKeys(events: Iterable<LiveEvent>): CacheKey[] {
  const all = new Map<string, CacheKey>()
  for (const event of events) for (const key of staleKeys(event)) all.set(JSON.stringify(key), key)
  const distinct = [...all.values()]
  return distinct.filter((key) => !distinct.some((other) => other !== key && includes(other, key)))
}

function includes(wider: CacheKey, key: CacheKey): boolean {
  return wider.length < key.length && wider.every((part, at) => part === key[at])
}
