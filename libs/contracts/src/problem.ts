import { z } from 'zod'

/** An RFC 9457 problem as every route of Flotilla answers it, media type `application/problem+json`. */
export const ProblemDetailsSchema = z
  .object({
    type: z.string().meta({ description: 'urn:flotilla:problem:<code>' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable, for programs: fleet-name-taken' }),
    detail: z.string().meta({ description: 'One sentence for people that says what to do.' }),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'For invalid input: each member that is wrong, as a JSON pointer.' }),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' })
export type ProblemDetails = z.infer<typeof ProblemDetailsSchema>
