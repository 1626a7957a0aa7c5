import type { Bundle, BundleBoard, BoardBundle, CreatedBundle, Target } from '@flotilla/contracts'
import { formatAge } from './age.js'
import { formatBytes } from './bytes.js'
import type { Column, Field } from './table.js'

/* How bundles look to people. Pure. */

export function bundleFields(bundle: Bundle, { sizeBytes, now }: { sizeBytes: number; now: Date }): Field[] {
  const { fleet, release, createdAt, targets, images, deltas, blobs } = bundle
  const bytesOf = (kind: string) =>
    formatBytes(blobs.filter((blob) => blob.kind === kind).reduce((sum, blob) => sum + blob.sizeBytes, 0))
  return [
    ['release', release.version],
    ['fleet', `${fleet.organization}/${fleet.name}`],
    ['made', `${createdAt} (${formatAge(createdAt, now)})`],
    ['size', formatBytes(sizeBytes)],
    ['boards', String(targets.length)],
    ['whole images', images.length === 0 ? 'none' : `${images.length} (${platformsOf(images)})`],
    ['layers', bytesOf('layer')],
    ['deltas', deltas.length === 0 ? 'none' : `${deltas.length}, ${bytesOf('delta')}`],
  ]
}

export const bundleBoardColumns: Column<Target>[] = [
  { title: 'DEVICE', value: ({ device }) => device.name },
  { title: 'BOARD', value: ({ device }) => device.hardwareUuid },
  { title: 'GENERATION', value: ({ generation }) => generation },
]

/** What whoever makes a bundle may not expect, a line each. */
export function bundleNotes({ leftOut, doubtful, withoutDelta }: CreatedBundle): string[] {
  return [
    ...leftOut.map(({ name, reason }) => `${name} is left out. ${reason}`),
    ...doubtful.map(({ name, reason }) => `${name} may not be able to use the deltas. ${reason}`),
    ...withoutDelta.map(({ service, platform, fromVersions, reason }) => {
      const from = fromVersions[0] ?? 'another release'
      return `There are layers of ${service} for ${platform} in it, for there is no delta from ${from}. ${reason}`
    }),
  ]
}

/** "roof runs 2-9a0b1c2: nothing to do"; what the board says of itself. */
export function boardSentence({ device, running, sentence }: BundleBoard): string {
  const versions = running.map(({ release }) => release.version).join(', ')
  return `${device.name} runs ${versions || 'nothing'}. ${sentence}`
}

export function bringingSentence({ state, doneBytes, neededBytes, reason }: BoardBundle): string {
  if (state === 'waiting' || neededBytes === 0) return 'The board has it, and looks what it lacks.'
  const lacking = reason === undefined ? '' : ` ${reason}`
  return `The board takes in its images: ${formatBytes(doneBytes)} of ${formatBytes(neededBytes)}.${lacking}`
}

function platformsOf(images: Bundle['images']): string {
  return [...new Set(images.map(({ platform }) => platform))].join(', ')
}
