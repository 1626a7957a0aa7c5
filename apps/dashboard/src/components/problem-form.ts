import type { UseFormReturnType } from '@mantine/form'
import { describeFailure, fieldFailures } from '../api/failure.js'

/** Puts what the server says of fields at the fields; the rest, or a failure that names none, is returned as a sentence. */
export function showFailure<Values extends Record<string, unknown>>(
  form: Pick<UseFormReturnType<Values>, 'setErrors' | 'getValues'>,
  error: unknown,
): string | undefined {
  const fields = fieldFailures(error)
  const known = Object.keys(form.getValues())
  const shown = Object.fromEntries(Object.entries(fields).filter(([field]) => known.includes(field)))
  form.setErrors(shown)
  return Object.keys(shown).length > 0 ? undefined : describeFailure(error)
}
