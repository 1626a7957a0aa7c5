/** A delta, a skeleton or what they are applied to is not what it has to be. Whoever gets it takes the plain layers. */
export class DeltaError extends Error {
  override name = 'DeltaError'
}
