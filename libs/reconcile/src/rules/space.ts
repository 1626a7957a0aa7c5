import type { TargetApp, TargetImage } from '@flotilla/contracts'
import { imageReference } from '../images.js'
import { strategyOf } from '../labels.js'
import { byText } from '../own-member.js'
import type { Wait } from '../plan.js'
import type { ServiceView } from '../view/services.js'
import { isFetchedLate } from '../view/stages.js'
import type { View } from '../view/view.js'
import { bytesText, listText, ofApp } from './sentences.js'

// What an image that does not say is taken to grow to when it is unpacked.
const UNPACKED_RATIO = 3

/**
 * Whether the images still to be fetched fit beside each other and the reserve: 'unknown' where neither the disk nor the
 * images say. While it is fetched, an image needs room for its compressed layers and for what comes out of them.
 */
export function fitOf(view: View, images: TargetImage[]): 'fits' | 'unknown' | 'too large' {
  const free = view.current.disk?.freeBytes
  const known = images.flatMap((image) => bytesOf(image) ?? [])
  if (free === undefined || known.length === 0) return 'unknown'
  return total(known) + view.target.policy.reserveBytes <= free ? 'fits' : 'too large'
}

export function spaceWait(view: View, app: TargetApp, items: ServiceView[], images: TargetImage[]): Wait {
  const { reserveBytes } = view.target.policy
  const needed = bytesText(total(images.flatMap((image) => bytesOf(image) ?? [])))
  const free = bytesText(view.current.disk?.freeBytes ?? 0)
  const names = listText([...new Set(items.map(({ name }) => name))].sort(byText))
  return {
    ...ofApp(app),
    for: 'space',
    reason:
      `Release ${app.release.version} does not fit: with its downloads (${names}) ${needed} are needed and ` +
      `${bytesText(reserveBytes)} must stay free, but only ${free} are free.`,
  }
}

/** Nothing stops for an image that has no room: what is only fetched after the stop must fit before it. */
export function lateImagesWaits(view: View, app: TargetApp): Wait[] {
  const progress = view.progress.get(app.id)
  if (!progress) return []
  const late = view.services
    .filter((item) => item.app.id === app.id && isFetchedLate(item, progress.standing))
    .filter(({ service }) => strategyOf(service) === 'kill-then-download')
    .filter(({ service }) => view.missingImages.has(imageReference(service.image)))
  const images = uniqueImages(late)
  return fitOf(view, images) === 'too large' ? [spaceWait(view, app, late, images)] : []
}

export function uniqueImages(items: ServiceView[]): TargetImage[] {
  return [...new Map(items.map(({ service }) => [imageReference(service.image), service.image])).values()]
}

function bytesOf({ sizeBytes, unpackedBytes }: TargetImage): number | undefined {
  if (sizeBytes === undefined) return unpackedBytes
  return sizeBytes + (unpackedBytes ?? UNPACKED_RATIO * sizeBytes)
}

function total(bytes: number[]): number {
  return bytes.reduce((sum, it) => sum + it, 0)
}
