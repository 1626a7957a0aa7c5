import { QueryFailedError } from 'typeorm'

/** The name of the unique constraint or index that an insert or update hit, if that is what went wrong. */
export function violatedUnique(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined
  const { code, constraint } = error.driverError as { code?: string; constraint?: string }
  return code === '23505' ? constraint : undefined
}
