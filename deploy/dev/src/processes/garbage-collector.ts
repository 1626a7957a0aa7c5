import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What it gives takes all garbage at once, for what must not depend on when Node does. */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
