/*
 * A process of its own that makes, restores and removes snapshots without end, to be killed in the middle of it:
 * snapshot-worker <engine's folder> <device> <path of the volume's files>. Says when it has begun.
 */
import { openSnapshots } from './disks.js'
import { APP_ID } from './steps.js'

const [engineFolder = '', deviceId = '', data = ''] = process.argv.slice(2)
const snapshots = openSnapshots(engineFolder, deviceId)
const limits = { maxBytes: Infinity, reserveBytes: 0 }

await snapshots.recover([data])
process.stdout.write('begun\n')
for (let at = 0; ; at++) {
  await snapshots.restore(at % 2 === 0 ? 'even' : 'odd', data)
  const order = { id: 'present', appId: APP_ID, volume: 'data', volumeName: 'v', cause: 'manual' as const, at }
  await snapshots.create(order, data, limits)
  await snapshots.remove('present')
}
