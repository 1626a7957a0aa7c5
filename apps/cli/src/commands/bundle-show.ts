import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readBundle } from '../bundles/read-bundle.js'
import { CommandError } from '../command-error.js'
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { bundleBoardColumns, bundleFields } from '../output/bundles.js'
import { renderRecord, renderTable } from '../output/table.js'
import { TransferLine } from '../output/transfer-line.js'

export async function showBundle(context: Context, name: string): Promise<void> {
  const { io, output } = context
  const file = resolve(io.cwd, name)
  const totalBytes = await sizeOf(file)
  const line = new TransferLine(io, 'Reading')
  let doneBytes = 0
  const reading = readBundle(file, (bytes) => {
    doneBytes += bytes
    line.show({ doneBytes, totalBytes, freshBytes: doneBytes })
  })
  const { bundle, signed, targets } = await reading.finally(() => line.end())
  if (output.json) {
    const boards = bundle.targets.map((board) => ({
      ...board,
      generation: targets.find(({ device }) => device.hardwareUuid === board.hardwareUuid)?.generation,
    }))
    return output.document({ file, sizeBytes: totalBytes, keyId: signed.keyId, ...bundle, targets: boards })
  }
  output.text(renderRecord(bundleFields(bundle, { sizeBytes: totalBytes, now: output.now }), output.style))
  output.text(`\n${renderTable(targets, bundleBoardColumns, output.style)}`)
  output.note('All of it is there and right. Boards check by whom it is signed.')
}

export async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile()) return found.size
  throw new CommandError('file-not-found', EXIT.notFound, `There is no file ${file}.`)
}
