import { describe, expect, it } from '@jest/globals'
import { inWordsOf, refusalOf, settingsIn, withSettings } from './config-txt.js'

// As Raspberry Pi OS ships it, shortened, and with what a user added; Windows line ends where an editor left them.
const OWN = `# For more options and information see
# http://rptl.io/configtxt
dtparam=audio=on
camera_auto_detect=1
dtoverlay=vc4-kms-v3d\r
[cm4]
otg_mode=1

[all]
#HOST gpu_mem=64
dtoverlay=w1-gpio`

describe('config.txt', () => {
  it('keeps every byte of the user’s, and gets a block at its end', () => {
    const text = withSettings(OWN, { gpu_mem: '128', dtoverlay: '"ads7846,penirq=25","i2c-rtc,ds3231"' })
    expect(text.startsWith(`${OWN}\n`)).toBe(true)
    expect(
      text
        .slice(OWN.length + 1)
        .split('\n')
        .slice(1),
    ).toEqual(['[all]', 'gpu_mem=128', 'dtoverlay=ads7846,penirq=25', 'dtoverlay=i2c-rtc,ds3231', '# <<< flotilla', ''])
  })

  it('gives back what was put in, and nothing of the user’s', () => {
    const settings = { arm_64bit: '1', dtparam: '"i2c_arm=on","spi=on"', gpio: '8=pd' }
    expect(settingsIn(withSettings(OWN, settings))).toEqual(settings)
    expect(settingsIn(OWN)).toEqual({})
  })

  it('is what it was before when nothing is left to set', () => {
    const own = `${OWN}\n`
    expect(withSettings(withSettings(own, { gpu_mem: '128' }), {})).toBe(own)
    expect(withSettings(own, {})).toBe(own)
  })

  it('changes the block where it stands, and leaves what was written behind it', () => {
    const behind = 'enable_uart=1\n'
    const before = withSettings(OWN, { gpu_mem: '128' }) + behind
    const after = withSettings(before, { gpu_mem: '$& 64' })
    expect(after.endsWith(behind)).toBe(true)
    expect(settingsIn(after)).toEqual({ gpu_mem: '$& 64' })
    expect(after.match(/flotilla/g)).toHaveLength(2)
  })

  it('lets parameters count for the board, whatever overlay was loaded before', () => {
    const lines = withSettings(OWN, { dtparam: 'spi=on', dtoverlay: 'disable-bt' }).split('\n')
    const parameter = lines.lastIndexOf('dtparam=spi=on')
    expect(lines[parameter - 1]).toBe('dtoverlay=')
    expect(lines.indexOf('dtoverlay=disable-bt')).toBeGreaterThan(parameter)
  })

  it('is said in the words of the target where they mean the same, so that nothing is written again', () => {
    const variables = { dtparam: '"i2c_arm=on", "spi=on"', dtoverlay: '"disable-bt"', gpio: '', gpu_mem: ' 64' }
    expect(inWordsOf(variables, settingsIn(withSettings('', variables)))).toEqual(variables)
    const spaced = { dtoverlay: '" disable-bt","i2c-rtc "', dtparam: ' "spi=on"' }
    expect(inWordsOf(spaced, settingsIn(withSettings('', spaced)))).toEqual(spaced)
    expect(inWordsOf({ gpu_mem: '128' }, { gpu_mem: '64' })).toEqual({ gpu_mem: '64' })
  })

  it.each([
    ['kernel', 'kernel8.img', 'cannot start'],
    ['gpu_mem', '64\n[none]', 'more than one line'],
    ['dtoverlay', String.raw`"disable-bt\nkernel=other.img"`, 'more than one line'],
    ['a b', '1', 'no name'],
    ['dtparam', '"spi=on",', 'no list'],
    ['dtparam', ' "spi=on",', 'no list'],
    ['dtoverlay', 'x'.repeat(98), 'longer than'],
  ])('refuses %s', (name, value, reason) => {
    expect(refusalOf(name, value)).toContain(reason)
  })

  it.each([
    ['gpu_mem', '64'],
    ['dtparam', 'audio=on'],
    ['dtoverlay', '"vc4-kms-v3d","i2c-rtc,ds3231"'],
    ['hdmi_mode:1', '4'],
  ])('has nothing against %s=%s', (name, value) => {
    expect(refusalOf(name, value)).toBeUndefined()
  })
})
