import { readFileSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { createProgram } from './program.js'
import { renderReference } from './reference.js'

/* Writes docs/cli.md, or with --check fails where it is not what the commands say. A tool of the project's, not shipped. */

const file = fileURLToPath(new URL('../../../docs/cli.md', import.meta.url))
const { program } = createProgram(
  {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    cwd: '/',
    now: () => new Date(0),
    interruption: new AbortController().signal,
  },
  { credentialsFile: '/nowhere', inherited: {} },
)
const text = await format(renderReference(program), { ...(await resolveConfig(file)), parser: 'markdown' })

if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('docs/cli.md is not what the commands say: run `npm run docs -w @flotilla/cli`.\n')
  process.exitCode = 1
}
