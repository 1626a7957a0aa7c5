import { describe, expect, it } from '@jest/globals'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { withCures } from './git-messages.js'
import { encodePacket } from './pkt-line.js'

const TOO_LARGE = encodePacket('\x02fatal: pack exceeds maximum allowed size (97.66 KiB)\n')

// As a pipe may cut it: in pieces of so many bytes.
function pass(said: string, pieceBytes: number): Promise<string> {
  const bytes = Buffer.from(said)
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
  return text(Readable.from(pieces).pipe(withCures()))
}

describe('what git says to a pusher', () => {
  const before = `${encodePacket('\x01')}${encodePacket('\x02Resolving deltas: 100% (3/3)\r')}`
  const after = `${encodePacket('\x01000eunpack ok\n0000')}0000`

  it.each([1, 3, 1000])(
    'passes as it is, with what to do after the messages that need it, in pieces of %i',
    async (size) => {
      expect(await pass(before + after, size)).toBe(before + after)
      const told = await pass(before + TOO_LARGE + after, size)
      expect(told.startsWith(before + TOO_LARGE)).toBe(true)
      expect(told.endsWith(after)).toBe(true)
      expect(told.slice((before + TOO_LARGE).length, -after.length)).toMatch(
        /^[0-9a-f]{4}\x02 ! {5}.*MAX_PUSH_BYTES\.\n$/s,
      )
    },
  )

  it.each(['Not found', 'zzzz', '00', '', '0064cut short'])(
    'passes as it is where it is none of git: %j',
    async (said) => {
      expect(await pass(said, 2)).toBe(said)
    },
  )
})
