/*
 * A registry of this machine for the in-memory engine, without a network between them.
 */
import { LOCAL_REPOSITORY, type LocalRegistry, type ServedImage, type Serving } from '../../images/local-registry.js'
import type { FakeDaemon } from './fake-daemon.js'

export class FakeLocalRegistry implements LocalRegistry {
  constructor(
    private readonly daemon: FakeDaemon,
    // As of an engine on another machine.
    private readonly isReachable = true,
  ) {}

  serve(image: ServedImage): Promise<Serving> {
    const { daemon, isReachable } = this
    const { manifest, open, onFailure } = image
    const reference = `127.0.0.1:1/${LOCAL_REPOSITORY}/${daemon.newId().slice(0, 32)}@${manifest.digest}`
    let wasAsked = false
    const served: ServedImage = {
      ...{ open, onFailure },
      get manifest() {
        wasAsked = true
        return manifest
      },
    }
    if (isReachable) daemon.served.set(reference, served)
    return Promise.resolve({
      reference,
      get wasAsked() {
        return wasAsked
      },
      end: () => void daemon.served.delete(reference),
    })
  }
}
