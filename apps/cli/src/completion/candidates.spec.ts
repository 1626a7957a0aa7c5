import { afterAll, describe, expect, it } from '@jest/globals'
import { Terminal } from '../testing/terminal.js'

const terminal = new Terminal()
afterAll(() => terminal.close())

async function complete(...words: string[]): Promise<string[]> {
  return (await terminal.ok('complete', '--', ...words)).split('\n').filter(Boolean)
}

describe('completion', () => {
  it('offers commands, and those below them', async () => {
    expect(await complete('fl')).toEqual(['fleet'])
    expect(await complete('fleet', 'c')).toEqual(['create'])
    expect(await complete('org', 'members', '')).toEqual(['list', 'add', 'change', 'remove'])
  })

  it('offers the options of the command and the global ones', async () => {
    expect(await complete('device', 'list', '--s')).toEqual(['--search', '--server'])
  })

  it('offers the values of an option that has a few, and nothing for a free one', async () => {
    expect(await complete('device', 'list', '--connectivity', 'o')).toEqual(['online', 'offline'])
    expect(await complete('device', 'list', '--fleet', '')).toEqual([])
  })

  it('has a script for each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect(await terminal.ok('completion', shell)).toContain('flotilla complete --')
    }
  })
})
