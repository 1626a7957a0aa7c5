/** `1 device`, `2 devices`. */
export function count(amount: number, noun: string): string {
  return `${amount.toLocaleString()} ${amount === 1 ? noun : `${noun}s`}`
}

/** The start of a digest, as much as a person compares: `3f2c1ab09d11`. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12)
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 7)
}

/** `linux/arm64` → `arm64`: all that Flotilla builds for is Linux. */
export function shortPlatform(platform: string): string {
  return platform.replace(/^linux\//, '')
}

export function sentenceCase(words: string): string {
  const plain = words.replaceAll('-', ' ')
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}
