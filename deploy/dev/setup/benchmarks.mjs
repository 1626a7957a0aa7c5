// What benchmarks there are, and how each is called: their own opening comments say it, and are all that is read here,
// so that nothing has to be installed or built to find out.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROJECT_FOLDER } from './project-folder.mjs'
import { UsageError } from './say.mjs'

const SOURCES = join(PROJECT_FOLDER, 'apps/bench/src')

/** Benchmarks by name: files whose comment says how to run them; the others are what benchmarks share. */
export function benchmarks() {
  if (!existsSync(SOURCES)) return new Map()
  const names = readdirSync(SOURCES)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
  const usages = names.map((name) => [name, openingComment(readFileSync(join(SOURCES, `${name}.ts`), 'utf8'))])
  return new Map(usages.filter(([name, usage]) => usage.includes(`npm run bench -- ${name}`)))
}

/** Whether its usage is asked for. Throws a UsageError for what it does not take. */
export function readBenchmarkArguments(name, usage, args) {
  const numbers = [...usage.matchAll(/^ *--([a-z-]+) <n>/gm)].map(([, option]) => option)
  const values = parse(name, optionsOf(usage), args)
  const wrong = numbers.find((option) => values[option] !== undefined && !(Number(values[option]) > 0))
  if (wrong !== undefined) throw wrongUsage(name, `--${wrong} takes a number above 0`)
  return { help: values.help === true }
}

function parse(name, options, args) {
  const help = { type: 'boolean', short: 'h' }
  try {
    return parseArgs({ args, options: { ...options, help }, allowPositionals: false }).values
  } catch (error) {
    // Node goes on with what does not help here.
    throw wrongUsage(name, error.message.split(/[.\n]/)[0])
  }
}

/** `--minutes <n>` takes a value, `--soak` does not. */
function optionsOf(usage) {
  const lines = [...usage.matchAll(/^ *--([a-z-]+)( <)?/gm)]
  return Object.fromEntries(lines.map(([, name, value]) => [name, { type: value ? 'string' : 'boolean' }]))
}

function wrongUsage(name, complaint) {
  return new UsageError(`${complaint}; see npm run bench -- ${name} --help`)
}

function openingComment(source) {
  const [, text = ''] = /^\/\*\*\n(.*?)\n \*\//s.exec(source) ?? []
  return text.replace(/^ \* ?/gm, '')
}
