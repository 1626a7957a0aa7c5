import { parentPort } from 'node:worker_threads'
import { diffContents, type DiffTask } from './content-diff.js'

/** A thread that compares contents, one task after the other. */
parentPort?.on('message', (task: DiffTask) => {
  const diff = diffContents(task)
  const buffers = [diff.operations.buffer, diff.gaps.buffer, diff.values.buffer, diff.extra.buffer] as ArrayBuffer[]
  parentPort?.postMessage(diff, buffers)
})
