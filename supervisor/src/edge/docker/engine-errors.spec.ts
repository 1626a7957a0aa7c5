import { describe, expect, it } from '@jest/globals'
import { explainStart } from './engine-errors.js'

// As engine 20.10 says them.
const SAID: [string, string][] = [
  [
    'driver failed programming external connectivity on endpoint web (1f): Bind for 0.0.0.0:8000 failed: port is already allocated',
    'port 8000 is already in use',
  ],
  [
    'driver failed programming external connectivity on endpoint web (1f): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
    'port 80 is already in use',
  ],
  [
    'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/no/such": stat /no/such: no such file or directory: unknown',
    'its image has no program /no/such',
  ],
  [
    'OCI runtime create failed: starting container process caused: exec: "serve": executable file not found in $PATH: unknown',
    'its image has no program serve',
  ],
  [
    'OCI runtime create failed: starting container process caused: exec: "/run.sh": permission denied: unknown',
    'its program /run.sh is not executable',
  ],
  [
    'error gathering device information while adding custom device "/dev/ttyUSB0": no such file or directory',
    'the board has no /dev/ttyUSB0',
  ],
]

describe('why a container does not start', () => {
  it.each(SAID)('is said so that a person understands it: %s', (message, sentence) => {
    const explained = explainStart(new Error(`(HTTP code 500) server error - ${message}`))
    expect((explained as Error).message).toBe(sentence)
  })

  it('is left in the words of the engine where it is something else', () => {
    const error = new Error('(HTTP code 500) server error - no space left on device')
    expect(explainStart(error)).toBe(error)
  })
})
