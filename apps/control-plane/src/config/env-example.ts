import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'

/** A kind of program and the schema of its environment. */
export interface ConfiguredProgram {
  names: string[]
  schema: z.ZodObject
}

const PROJECT_FOLDER = fileURLToPath(new URL('../../../..', import.meta.url))
const HEADER = `# The environment of the control plane's programs, each with the programs that read it.
# What is commented out may stay so; a value there is the default.
# Made from their configuration schemas: npm run env-example -w apps/control-plane
`

/** An environment file to fill in: every variable of every program once, with what it means to whom and its default. */
export function envExample(programs: readonly ConfiguredProgram[]): string {
  const variables = new Map<string, { field: z.ZodType; meanings: Map<string, string[]> }>()
  for (const { names, schema } of programs) {
    for (const [name, field] of Object.entries<z.ZodType>(schema.shape)) {
      const { description } = field
      if (description === undefined) throw new Error(`${name} says nothing about itself: .describe() it`)
      const variable = variables.get(name) ?? { field, meanings: new Map<string, string[]>() }
      variable.meanings.set(description, [...(variable.meanings.get(description) ?? []), ...names])
      variables.set(name, variable)
    }
  }
  const entries = [...variables].map(([name, { field, meanings }]) => {
    const lines = [...meanings].map(([meaning, readers]) => `# ${readers.join(', ')}: ${meaning}\n`)
    return `${lines.join('')}${assignment(name, field)}\n`
  })
  return [HEADER, ...entries].join('\n')
}

function assignment(name: string, field: z.ZodType): string {
  const absent = field.safeParse(undefined)
  if (!absent.success) return `${name}=`
  return `#${name}=${absent.data === undefined ? '' : portable(absent.data)}`
}

// A default within the project is elsewhere on every machine.
function portable(value: unknown): string {
  const text = String(value)
  return text.startsWith(PROJECT_FOLDER) ? relative(PROJECT_FOLDER, text) : text
}
