import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, it } from '@jest/globals'
import { type CliCommand, commandPath, walkCommands } from './cli-command.js'
import { createProgram } from './program.js'
import { renderReference } from './reference.js'
import { Terminal } from './testing/terminal.js'

const terminal = new Terminal()
afterAll(() => terminal.close())

const { program } = createProgram(
  {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    cwd: '/',
    now: () => new Date(),
    interruption: new AbortController().signal,
  },
  { credentialsFile: '/nowhere', inherited: {} },
)
const commands = walkCommands(program)

describe('help', () => {
  const leaves = commands.filter((command) => command.children.length === 0)

  it.each(leaves.map((command): [string, CliCommand] => [commandPath(command), command]))(
    'of %s describes it, its arguments and options, and has an example of it',
    async (path, command) => {
      const { status, stdout } = await terminal.run([...path.split(' ').slice(1), '--help'])
      expect(status).toBe(0)
      expect(command.description()).toMatch(/[.!:]$/)
      expect(command.options.filter((option) => !option.description)).toEqual([])
      expect(command.examples.length).toBeGreaterThan(0)
      for (const example of command.examples) {
        expect(example).toContain(path)
        expect(stdout).toContain(`$ ${example}`)
      }
    },
  )

  it('of the whole lists commands, variables and exit statuses', async () => {
    const { status, stdout } = await terminal.run(['--help'])
    expect(status).toBe(0)
    for (const text of ['login', 'push', 'FLOTILLA_TOKEN', '6    the server could not be reached']) {
      expect(stdout).toContain(text)
    }
  })

  it('is shown for a group without a command, as a mistake', async () => {
    const { status, stdout, stderr } = await terminal.run(['fleet'])
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: flotilla fleet')
  })

  it('has examples that the command would accept', () => {
    for (const example of commands.flatMap((command) => command.examples)) {
      const words = example
        .replace(/^source <\((.*)\)$/, '$1')
        .replace(/ [<>] .*$/, '')
        .split(' ')
      const named = commands.filter((command) => example.includes(commandPath(command))).at(-1)
      const flags = words.filter((word) => word.startsWith('-'))
      const known = named?.options.flatMap(({ short, long }) => [short, long]) ?? []
      for (const flag of flags.filter((flag) => flag !== '--json')) expect(known).toContain(flag)
    }
  })
})

describe('mistakes', () => {
  it('of a name get a suggestion', async () => {
    const { status, stderr } = await terminal.run(['fleet', 'lst'])
    expect(status).toBe(2)
    expect(stderr).toBe("error: unknown command 'lst'\n(Did you mean list?)\n")
  })

  it.each([
    [['device', 'add']],
    [['device', 'list', '--activity', 'sleeping']],
    [['device', 'list', '--florp']],
    [['fleet', 'show']],
    [['fleet', 'show', 'a', 'b']],
    [['fleet', 'create', 'a/b', '--platform', 'linux/z80']],
    [['release', 'list', 'a', '--limit', '0']],
    [['token', 'create', 'x', '--expires', 'soon']],
    [['env', 'set', '--fleet', 'a']],
    [['env', 'set', '--fleet', 'a', '1=x']],
  ])('in %j are usage errors, told in a line', async (words) => {
    const { status, stdout, stderr } = await terminal.run(words)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^error: .+/)
    expect(stderr).not.toContain('    at ')
  })

  it('are problems with --json, wherever that stands', async () => {
    for (const words of [
      ['--json', 'fleet', 'lst'],
      ['fleet', 'lst', '--json'],
    ]) {
      const { status, stdout, stderr } = await terminal.run(words)
      expect(status).toBe(2)
      expect(stdout).toBe('')
      expect(JSON.parse(stderr)).toMatchObject({
        type: 'urn:flotilla:problem:usage',
        code: 'usage',
        detail: expect.stringContaining('lst') as unknown,
        exitCode: 2,
      })
    }
  })
})

it('docs/cli.md is what the commands say', () => {
  const written = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
  // Prettier lines up the tables; only the words count here. `npm run docs` writes the file.
  const words = (text: string) => text.replace(/-{3,}/g, '---').replace(/\s+/g, ' ').trim()
  // The texts are long: a difference is better seen with git after `npm run docs`.
  expect(words(written) === words(renderReference(program))).toBe(true)
})
