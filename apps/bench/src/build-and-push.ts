import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import type Docker from 'dockerode'

/** What a person without Flotilla does: builds a folder with BuildKit and pushes the image. */
export async function buildAndPush(docker: Docker, folder: string, image: string): Promise<void> {
  const src = readdirSync(folder).filter((name) => name !== '.git')
  await finish(await docker.buildImage({ context: folder, src }, { version: '2', t: image }))
  await finish(await docker.getImage(image).push({ authconfig: { username: 'none', password: 'none' } }))
}

/** The engine tells failures inside of an answer that began well. */
export async function finish(answer: NodeJS.ReadableStream): Promise<void> {
  let text = ''
  answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(answer, 'end')
  if (text.includes('"errorDetail"')) throw new Error(text.slice(-2000))
}
