/** Nothing that trying again would mend: the images are not what they should be, or too large. Shown to people. */
export class DeltaFailure extends Error {
  override name = 'DeltaFailure'
}

/** Another worker has the delta by now, or it is gone: whatever was made of it is thrown away. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'

  constructor() {
    super('The lease ran out')
  }
}
