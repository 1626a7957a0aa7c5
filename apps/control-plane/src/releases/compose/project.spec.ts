import { describe, expect, it } from '@jest/globals'
import { ProjectError } from './compose-error.js'
import { readProject } from './project.js'
import { treeOf } from './testing/tree-of.js'

async function refusal(files: Record<string, string>): Promise<string> {
  return readProject(treeOf(files), ['linux/amd64', 'linux/arm64']).then(
    () => Promise.reject(new Error('This was taken')),
    (error: unknown) => {
      if (error instanceof ProjectError) return error.message
      throw error
    },
  )
}

describe('a project', () => {
  it('is read from its compose file, and built once for each service and platform', async () => {
    const tree = treeOf({
      'docker-compose.yml':
        'services:\n  web: { build: { context: web, args: { A: 1 }, target: run } }\n  db: { image: postgres:16 }',
      'compose.yml': 'services: { other: { image: x } }',
      'web/Dockerfile': '',
      'web/Dockerfile.arm64': '',
      Dockerfile: '',
    })
    const project = await readProject(tree, ['linux/amd64', 'linux/arm64'])
    expect(project.file).toBe('docker-compose.yml')
    expect(project.images).toEqual([
      {
        service: 'web',
        platform: 'linux/amd64',
        build: { context: 'web', dockerfile: 'Dockerfile', args: { A: '1' }, target: 'run' },
      },
      {
        service: 'web',
        platform: 'linux/arm64',
        build: { context: 'web', dockerfile: 'Dockerfile.arm64', args: { A: '1' }, target: 'run' },
      },
      { service: 'db', platform: 'linux/amd64', image: 'postgres:16' },
      { service: 'db', platform: 'linux/arm64', image: 'postgres:16' },
    ])
  })

  it.each(['docker-compose.yaml', 'compose.yaml', 'compose.yml'])('may call its compose file %s', async (name) => {
    const project = await readProject(treeOf({ [name]: 'services: { a: { image: x } }', Dockerfile: '' }), [
      'linux/amd64',
    ])
    expect(project.file).toBe(name)
  })

  it('without a compose file is one service, main, from the Dockerfile of each platform', async () => {
    const tree = treeOf({
      Dockerfile: '',
      'Dockerfile.linux-arm64': '',
      'Dockerfile.arm64': '',
      'Dockerfile.armv7hf': '',
    })
    const { compose, images } = await readProject(tree, ['linux/amd64', 'linux/arm64', 'linux/arm/v7'])
    expect(Object.keys(compose.services)).toEqual(['main'])
    expect(images.map((image) => ('build' in image ? image.build.dockerfile : undefined))).toEqual([
      'Dockerfile',
      'Dockerfile.linux-arm64',
      'Dockerfile.armv7hf',
    ])
  })

  it('may keep its compose file and its folders behind links', async () => {
    const files = {
      'compose.yaml': '→ deploy/flotilla.yaml',
      'deploy/flotilla.yaml': 'services: { web: { build: latest } }',
      latest: '→ web',
      'web/Dockerfile': '→ docker/base',
      'web/docker/base': '',
    }
    const { file, images } = await readProject(treeOf(files), ['linux/amd64'])
    expect(file).toBe('compose.yaml')
    expect(images).toMatchObject([{ service: 'web', build: { context: 'web', dockerfile: 'docker/base' } }])
  })

  it.each<[string, Record<string, string>, string | RegExp]>([
    ['nothing to build', { 'README.md': '' }, /^Dockerfile: is not there; add one at the root/],
    [
      'a balena template',
      { 'Dockerfile.template': '' },
      /^Dockerfile\.template: is not supported; rename it to Dockerfile/,
    ],
    [
      'a Dockerfile for another platform alone',
      { 'Dockerfile.arm64': '' },
      'Dockerfile: there is no Dockerfile for linux/amd64 in .; add Dockerfile',
    ],
    [
      'a context that is not there',
      { 'compose.yaml': 'services:\n  web:\n    build: ./web' },
      'compose.yaml:3: services.web.build.context: there is no folder web in the repository',
    ],
    [
      'a context without a Dockerfile',
      { 'compose.yaml': 'services:\n  web: { build: web }', 'web/x': '' },
      /compose\.yaml:2: services\.web\.build: there is no Dockerfile for linux\/amd64 in web; add web\/Dockerfile/,
    ],
    [
      'a Dockerfile under another name than said',
      { 'compose.yaml': 'services:\n  web: { build: { context: ., dockerfile: Other } }', Dockerfile: '' },
      'compose.yaml:2: services.web.build.dockerfile: there is no file Other in the repository',
    ],
    ['a compose file that is a link to itself', { 'compose.yaml': '→ compose.yaml' }, /^Dockerfile: is not there/],
    [
      'a Dockerfile outside of its context',
      { 'compose.yaml': 'services:\n  web: { build: web }', 'web/Dockerfile': '→ ../Dockerfile', Dockerfile: '' },
      'compose.yaml:2: services.web.build.dockerfile: web/Dockerfile is a link out of the build context',
    ],
    [
      'a link out of the tree',
      { Dockerfile: '', 'a/b/link': '→ ../../../etc/passwd', 'a/inside': '→ ../Dockerfile', abs: '→ /etc/hosts' },
      'a/b/link: is a link out of the repository (../../../etc/passwd); put what it points to into the repository',
    ],
  ])('is refused with %s', async (_name, files, message) => {
    expect(await refusal(files)).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
  })
})
