import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { BuilderConfigSchema, MigrateConfigSchema, ServerConfigSchema } from './config/config.js'
import { envExample } from './config/env-example.js'

// node main.env-example.js [--check] <file>: writes the example, or fails where the file is not up to date.
const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true })
const [file] = positionals
if (file === undefined) throw new Error('Say which file to write: main.env-example.js [--check] <file>')

const text = envExample([
  { names: ['api', 'worker'], schema: ServerConfigSchema },
  { names: ['migrate'], schema: MigrateConfigSchema },
  { names: ['builder'], schema: BuilderConfigSchema },
])

if (values.check && (await readFile(file, 'utf8')) !== text) {
  throw new Error(`${file} does not fit the configuration any more: npm run env-example -w apps/control-plane`)
}
if (!values.check) {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}
