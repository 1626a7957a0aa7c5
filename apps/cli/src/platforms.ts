import type { Platform } from '@flotilla/contracts'
import { Option } from 'commander'
import { collect } from './arguments.js'

// A record, so that a platform that is added to the contracts cannot be forgotten here.
const BOARDS: Record<Platform, string> = {
  'linux/amd64': 'PCs',
  'linux/arm64': 'Pi 3 and newer, 64 bit',
  'linux/arm/v7': 'Pi 2 and newer, 32 bit',
  'linux/arm/v6': 'Pi Zero and 1',
}

/** Takes several values; choices are checked by hand, since commander checks them only without a parser of ours. */
export function platformOption(description: string): Option {
  const known = Object.keys(BOARDS)
  const option = new Option('--platform <platform>', `${description}; may be repeated`)
  const parseChoice = option.choices(known).parseArg
  return option.argParser<string[]>((value, previous) => {
    parseChoice?.(value, undefined)
    return collect(value, previous)
  })
}
