import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { BoardBundle, Bundle, BundleBoard, BundleUploadAnswer } from '@flotilla/contracts'
import { BoardDoor, boardAddress, type Upload } from '../bundles/board-door.js'
import { readBundleHead } from '../bundles/read-bundle.js'
import { CommandError } from '../command-error.js'
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { boardSentence, bringingSentence } from '../output/bundles.js'
import { withProgress } from '../output/progress.js'
import { TransferLine } from '../output/transfer-line.js'
import { sizeOf } from './bundle-show.js'

const LOOK_AGAIN_MS = 1_000

export interface ApplyOptions {
  board: string
  token?: string
  wait?: boolean
}

export async function applyBundle(context: Context, name: string, options: ApplyOptions): Promise<void> {
  const file = resolve(context.io.cwd, name)
  const sizeBytes = await sizeOf(file)
  const { bundle, signed } = await readBundleHead(file)
  const door = new BoardDoor(boardAddress(options.board), options.token, context.io)
  const board = await door.look()
  requireTarget(board, bundle)
  if (board.bundles.some((each) => isSame(each, bundle) && each.state === 'done' && each.isRunning)) {
    return context.output.done(
      { board },
      `${board.device.name} runs ${bundle.release.version} already, by this bundle.`,
    )
  }
  const handle = await open(file)
  try {
    const id = createHash('sha256').update(signed.signature).digest('hex').slice(0, 32)
    const upload = { id, name: basename(file), sizeBytes, read: reader(handle) }
    const answer = await send(context, door, upload)
    if (options.wait) return await untilRunning(context, door, bundle, answer)
    const then = await door.lookAgain()
    const sentence = `The board has ${bundle.release.version} from it. ${boardSentence(then)}`
    context.output.done({ ...answer, board: then }, sentence)
  } finally {
    await handle.close()
  }
}

function isSame({ createdAt, release }: BoardBundle, bundle: Bundle): boolean {
  return createdAt === bundle.createdAt && release?.id === bundle.release.id
}

/** Before anything is sent: the board itself would refuse it too. */
function requireTarget({ device }: BundleBoard, { targets }: Bundle): void {
  if (targets.some(({ hardwareUuid }) => hardwareUuid === device.hardwareUuid)) return
  const names = targets.slice(0, 5).map(({ name }) => name)
  const more = targets.length > names.length ? ` and ${targets.length - names.length} more` : ''
  const detail = `The bundle has nothing for ${device.name} (board ${device.hardwareUuid}). It is for ${names.join(', ')}${more}.`
  throw new CommandError('other-board', EXIT.conflict, detail)
}

async function send({ io }: Context, door: BoardDoor, upload: Upload): Promise<BundleUploadAnswer> {
  const line = new TransferLine(io, 'Sending')
  const { sizeBytes: totalBytes } = upload
  try {
    return await door.send(upload, (doneBytes) => line.show({ doneBytes, totalBytes, freshBytes: doneBytes }))
  } finally {
    line.end()
  }
}

async function untilRunning(
  context: Context,
  door: BoardDoor,
  { release }: Bundle,
  answer: BundleUploadAnswer,
): Promise<void> {
  let told = ''
  for (;;) {
    const board = await withProgress(context.io, 'Waiting for the board', () => door.lookAgain())
    const found = board.bundles.find(({ name }) => name === answer.upload.name)
    if (isRunning(board, found, release.id)) {
      return context.output.done({ ...answer, board }, `${board.device.name} runs ${release.version}.`)
    }
    if (found?.state === 'refused') {
      throw new CommandError(found.code ?? 'bundle-refused', EXIT.failure, found.reason ?? 'The board refused it.')
    }
    if (found?.givenUp !== undefined) {
      const detail = `${board.device.name} gave ${release.version} up: ${found.givenUp}`
      throw new CommandError('release-rejected', EXIT.failure, detail)
    }
    const now = found && found.state !== 'done' ? bringingSentence(found) : boardSentence(board)
    if (now !== told) context.output.note(now)
    told = now
    await door.pause(LOOK_AGAIN_MS)
  }
}

function isRunning(board: BundleBoard, found: BoardBundle | undefined, releaseId: string): boolean {
  return found?.isRunning ?? board.running.some(({ release }) => release.id === releaseId)
}

function reader(handle: FileHandle): Upload['read'] {
  return async (first, last) => {
    const piece = Buffer.alloc(last - first + 1)
    let done = 0
    while (done < piece.length) {
      const { bytesRead } = await handle.read(piece, done, piece.length - done, first + done)
      if (bytesRead === 0) throw new CommandError('file-changed', EXIT.failure, 'The file became shorter meanwhile.')
      done += bytesRead
    }
    return piece
  }
}
