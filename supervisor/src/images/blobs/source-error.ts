/** A source could not give what it was asked for. What it gave until then is still good. */
export class SourceError extends Error {
  override name = 'SourceError'

  constructor(
    message: string,
    readonly facts: {
      // Asking it again for this blob is of no use.
      isFinal?: boolean
      // How long it wants to be left alone.
      retryAfterMs?: number
      // It gives a blob only from the first byte on, so that several ranges at once would cost far more than they bring.
      isSequential?: boolean
    } = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
