/*
 * A process of its own that rebuilds all layers of a delta out of an unpacked image, as a board does for its engine, and
 * prints how long it took, on the clock and of processor, without the start of the process.
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type DeltaSource, readDelta, rebuildLayer, type SourceFile } from '@flotilla/image-delta'
import { skeletonFile } from './old-image.js'

const [delta = '', tree = '', skeletons = ''] = process.argv.slice(2)
const source: DeltaSource = {
  openFile: (path) => openSourceFile(join(tree, path)),
  openSkeleton: (diffId) => openSourceFile(skeletonFile(skeletons, diffId)),
}

const [begin, processor] = [performance.now(), process.cpuUsage()]
for (const { diffId } of (await readDelta(delta)).layers) {
  const hash = createHash('sha256')
  for await (const chunk of rebuildLayer(delta, diffId, source)) hash.update(chunk)
  if (`sha256:${hash.digest('hex')}` !== diffId) throw new Error(`${delta} rebuilds another layer than ${diffId}`)
}
const { user, system } = process.cpuUsage(processor)
console.log(JSON.stringify({ seconds: (performance.now() - begin) / 1000, processorSeconds: (user + system) / 1e6 }))

// Synchronous inside: an image has thousands of small files, and this process has nothing else to do meanwhile.
function openSourceFile(path: string): Promise<SourceFile> {
  const file = openSync(path, 'r')
  return Promise.resolve({
    sizeBytes: fstatSync(file).size,
    read: (into, position) => Promise.resolve(readSync(file, into, 0, into.length, position)),
    close: () => Promise.resolve(closeSync(file)),
  })
}
