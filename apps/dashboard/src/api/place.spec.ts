import { describe, expect, it } from '@jest/globals'
import { placeToReturnTo } from './place.js'

describe('placeToReturnTo', () => {
  it('keeps a page of the dashboard with its search', () => {
    expect(placeToReturnTo({ next: '/devices/1/logs?service=web' })).toEqual({ next: '/devices/1/logs?service=web' })
  })

  it.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', 7, undefined])(
    'does not lead to another site: %p',
    (next) => {
      expect(placeToReturnTo({ next })).toEqual({})
    },
  )

  it('does not lead back to the sign-in page', () => {
    expect(placeToReturnTo({ next: '/sign-in?next=/fleets' })).toEqual({})
  })
})
