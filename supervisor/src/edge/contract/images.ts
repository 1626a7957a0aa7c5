/*
 * The engine contract on images: how they come and go, and by which names.
 */
import { expect, it } from '@jest/globals'
import { pull, repositoryOf, type Scene } from './scene.js'

export function describeImages(scene: () => Scene): void {
  it('pulls an image by digest, tells how far it is, and pulls it again for nothing', async () => {
    const { engine, harness, look } = scene()
    const [, second] = harness.images
    expect((await look()).images).not.toContain(second)
    const done = await pull(engine, second)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.at(-1)).toBeGreaterThan(0)
    expect((await look()).images).toContain(second)
    await pull(engine, second)
  })

  it('removes an image, twice', async () => {
    const { engine, harness, look } = scene()
    const [, second] = harness.images
    await pull(engine, second)
    await engine.removeImage(second)
    await engine.removeImage(second)
    expect((await look()).images).not.toContain(second)
  })

  it('keeps an image that a container uses', async () => {
    const { engine, image, create, look } = scene()
    await create()
    await expect(engine.removeImage(image)).rejects.toThrow()
    expect((await look()).images).toContain(image)
  })

  it('says so when the registry does not have the image', async () => {
    const { engine, image } = scene()
    const absent = `${repositoryOf(image)}@sha256:${'0'.repeat(64)}`
    await expect(pull(engine, absent)).rejects.toThrow(absent)
  })

  it('says so when a pull fails on its way', async () => {
    const { engine, harness } = scene()
    await expect(pull(engine, harness.brokenImage)).rejects.toThrow(harness.brokenImage)
    expect((await engine.observe([repositoryOf(harness.brokenImage)])).images).not.toContain(harness.brokenImage)
  })

  it('shows only images of the repositories that it is asked for', async () => {
    expect((await scene().engine.observe([])).images).toEqual([])
  })
}

export function describeImageNames(scene: () => Scene): void {
  it('has an image under a name that it did not pull it by, until that is taken from it', async () => {
    const { engine, harness, create, look } = scene()
    const [, second] = harness.images
    const renamed = `registry.test/renamed@sha256:${'7'.repeat(64)}`
    await pull(engine, second)
    await engine.nameImage(second, renamed)
    await engine.nameImage(second, renamed)
    await engine.removeName(second)
    await engine.removeName(second)
    expect((await look()).images).not.toContain(second)
    expect((await engine.observe(['registry.test/renamed'])).images).toEqual([renamed])
    const own = (await engine.images()).find(({ names }) => names.includes(renamed))
    expect(own?.diffIds).not.toEqual([])
    const { id } = await create({ image: renamed })
    await expect(engine.removeImage(renamed)).rejects.toThrow()
    await engine.removeContainer(id)
    await engine.removeImage(renamed)
    expect((await engine.images()).map((image) => image.id)).not.toContain(own?.id)
  })

  it('discards an image that has both kinds of names', async () => {
    const { engine, harness, create } = scene()
    const [, second] = harness.images
    await pull(engine, second)
    await engine.nameImage(second, second)
    await create({ image: second })
    await engine.discardImage(second, { alsoSharing: false })
    expect((await engine.images()).flatMap(({ names }) => names)).not.toContain(second)
  })

  it('discards an image with the containers of it that do not run, twice, and no other', async () => {
    const { engine, image, harness, create, look } = scene()
    const [, second] = harness.images
    await pull(engine, second)
    const kept = await create()
    await create({ image: second })
    await engine.discardImage(second, { alsoSharing: false })
    await engine.discardImage(second, { alsoSharing: false })
    const { containers, images } = await look()
    expect(containers.map(({ id }) => id)).toEqual([kept.id])
    expect(images).not.toContain(second)
    expect(images).toContain(image)
  })
}
