/*
 * A folder as one stream of bytes, and back: GNU tar, which keeps all that a file can have, and gzip. The same folder
 * gives the same bytes, as long as nobody writes to it.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { SEARCH_PATH } from './run-program.js'

const ATTRIBUTES = ['--numeric-owner', '--acls', '--xattrs', '--xattrs-include=*']
// Else times of access, and the process's number (also in the names of sparse files), would make two archives of one
// folder differ.
const REPEATABLE = [
  '--sort=name',
  '--format=posix',
  '--sparse-version=0.0',
  '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
]

// Each small piece costs a bit of the heap, which is then cleared often: with zlib's own size the pieces that nobody
// needs any more take three times the memory.
const GZIP_PIECE_BYTES = 4096

export async function* pack(folder: string): AsyncGenerator<Buffer> {
  const tar = start(['--create', '--sparse', ...REPEATABLE, ...ATTRIBUTES, `--directory=${folder}`, '.'])
  const ended = endOf(tar)
  // Awaited below; until then its failure is not unhandled.
  ended.catch(() => undefined)
  const gzip = createGzip({ chunkSize: GZIP_PIECE_BYTES })
  pipeline(tar.stdout, gzip).catch((error: Error) => gzip.destroy(error))
  try {
    for await (const bytes of gzip) yield bytes as Buffer
    await ended
  } finally {
    // Whoever takes no more, as at a restart, must not leave it waiting.
    tar.kill('SIGKILL')
  }
}

/** Into an empty folder. */
export async function unpack(source: AsyncIterable<Buffer>, folder: string): Promise<void> {
  const tar = start([
    '--extract',
    '--gzip',
    '--same-owner',
    '--same-permissions',
    ...ATTRIBUTES,
    `--directory=${folder}`,
  ])
  const ended = endOf(tar)
  ended.catch(() => undefined)
  try {
    await pipeline(source, tar.stdin)
  } catch (error) {
    // It reads no further than to the end mark; what pads the archive behind that breaks its pipe.
    if (!isClosedPipe(error)) {
      tar.kill('SIGKILL')
      throw error
    }
  }
  await ended
}

/** Behind everything else that the board does. */
function start(args: readonly string[]) {
  return spawn('nice', ['-n', '15', 'tar', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: SEARCH_PATH, LC_ALL: 'C' },
  })
}

type Tar = ChildProcess & { stderr: Readable }

function endOf(tar: Tar): Promise<void> {
  let complaint = ''
  tar.stderr.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)))
  return new Promise((resolve, reject) => {
    tar.on('error', (cause) => reject(new Error('Could not run tar', { cause })))
    tar.on('close', (code, signal) => {
      if (code === 0) return resolve()
      reject(new Error(`tar ended with ${code ?? signal}: ${complaint.trim().replaceAll('\n', '; ')}`))
    })
  })
}

function isClosedPipe(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code)
}
