/*
 * What every engine must do, whatever it is made of: run on the in-memory one and on Docker by the two spec files. It
 * knows the Engine port and nothing behind it.
 */
import { afterAll, beforeAll, describe } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import {
  describeChanges,
  describeContainers,
  describeEvidence,
  describeFiles,
  describeLogs,
  describeOwnRestarts,
  describeRuns,
} from './contract/containers.js'
import { describeImageNames, describeImages } from './contract/images.js'
import {
  describeForeigners,
  describeNetworksAndVolumes,
  describeRegistryRules,
  describeVolumeRemoval,
} from './contract/resources.js'
import { makeScene, pull, type EngineHarness } from './contract/scene.js'

export function describeEngine(name: string, makeHarness: () => Promise<EngineHarness>): void {
  describe(`an engine: ${name}`, () => {
    let harness: EngineHarness
    beforeAll(async () => {
      harness = await makeHarness()
      await pull(harness.engine(randomUUID()), harness.images[0])
    })
    afterAll(() => harness.stop())
    // Each test is a device of its own, on the one engine.
    const scene = () => makeScene(harness)
    describeImages(scene)
    describeImageNames(scene)
    describeNetworksAndVolumes(scene)
    describeVolumeRemoval(scene)
    describeRegistryRules(scene)
    describeContainers(scene)
    describeRuns(scene)
    describeEvidence(scene)
    describeOwnRestarts(scene)
    describeFiles(scene)
    describeChanges(scene)
    describeForeigners(scene)
    describeLogs(scene)
  })
}
