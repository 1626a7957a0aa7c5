import { describe, expect, it } from '@jest/globals'
import { parseRemoteUrl } from './remote-url.js'

describe('parseRemoteUrl', () => {
  it.each([
    ['https://flotilla.example.com/git/acme/weather.git', 'https://flotilla.example.com'],
    ['http://127.0.0.1:8080/git/acme/weather', 'http://127.0.0.1:8080'],
    ['https://ann@example.com/flotilla/git/acme/weather.git', 'https://example.com/flotilla'],
  ])('finds the server and fleet of %s', (url, server) => {
    expect(parseRemoteUrl(url)).toEqual({ server, fleet: 'acme/weather' })
  })

  it.each(['git@github.com:acme/weather.git', 'https://github.com/acme/weather.git', '/srv/git/acme/weather.git'])(
    'knows that %s is none of ours',
    (url) => {
      expect(parseRemoteUrl(url)).toBeUndefined()
    },
  )
})
