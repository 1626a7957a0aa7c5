import type { BundleRefusal } from './ports.js'

/** Why a bundle is not taken; the message is a sentence for people. */
export class BundleRefused extends Error {
  override name = 'BundleRefused'

  constructor(
    readonly code: BundleRefusal,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options)
  }
}
