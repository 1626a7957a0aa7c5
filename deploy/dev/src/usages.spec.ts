import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { PROJECT_FOLDER } from './stack/built-programs.js'

/** Without a path to any program: what is to be told at once must need none, nor install or build anything. */
function command(name: 'bench' | 'lab', ...args: string[]) {
  const script = join(PROJECT_FOLDER, 'deploy/dev', `${name}.mjs`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env: {} })
  return { status, stdout, stderr }
}

describe('npm run bench', () => {
  it('lists the benchmarks', () => {
    for (const args of [[], ['--help'], ['-h']]) {
      const { status, stdout } = command('bench', ...args)
      expect(status).toBe(0)
      for (const name of ['images', 'push', 'supervisor']) expect(stdout).toContain(`npm run bench -- ${name}\n`)
    }
  })

  it.each(['images', 'push', 'supervisor'])('says of %s what it measures, its options and its figures', (name) => {
    const { status, stdout } = command('bench', name, '--help')
    expect(status).toBe(0)
    expect(stdout).toMatch(new RegExp(`^npm run bench -- ${name}`))
    expect(stdout).toContain('Figures, as one JSON object in the last line:\n')
    expect(command('bench', name, '-h').stdout).toBe(stdout)
    expect(stdout).not.toMatch(/^ ?\*/m)
  })

  it.each([
    [['push', '--rounds'], "Unknown option '--rounds'; see npm run bench -- push --help"],
    [['supervisor', '--minutes', 'ten'], '--minutes takes a number above 0; see npm run bench -- supervisor --help'],
    [['images', 'app'], "Unexpected argument 'app'; see npm run bench -- images --help"],
    [['disk'], 'There is no benchmark called disk. There are: images, push, supervisor'],
  ])('refuses %j in one line, before anything is set up', (args, complaint) => {
    expect(command('bench', ...args)).toEqual({ status: 2, stdout: '', stderr: `✗ ${complaint}\n` })
  })
})

describe('npm run lab', () => {
  it('says what there is', () => {
    const { status, stdout } = command('lab', '--help')
    expect(status).toBe(0)
    expect(stdout).toMatch(/power-off/)
  })
})
