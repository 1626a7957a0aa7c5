import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeScratch, removeLeftScratch } from './scratch.js'

describe('a builder that starts', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flotilla-scratch-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('removes what killed builders left, and nothing of those that run', async () => {
    const { pid: dead } = spawnSync('true')
    const kept = [`flotilla-build-${process.ppid}-abcdef`, 'flotilla-build-abcdef', 'other-1-abcdef']
    for (const name of [...kept, `flotilla-build-${dead}-abcdef/layers`]) {
      mkdirSync(join(folder, name), { recursive: true })
    }
    // In a container every life of the builder has the same number.
    await makeScratch(folder)
    await removeLeftScratch(folder)
    expect(readdirSync(folder).sort()).toEqual(kept.sort())
  })
})
