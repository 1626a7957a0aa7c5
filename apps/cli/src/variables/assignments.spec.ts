import { describe, expect, it } from '@jest/globals'
import { parseAssignment, parseEnvFile } from './assignments.js'

describe('assignments on the command line', () => {
  it('take everything behind the first = as the value', () => {
    expect(parseAssignment('URL=http://a/?b=c')).toEqual({ name: 'URL', value: 'http://a/?b=c' })
    expect(parseAssignment('EMPTY=')).toEqual({ name: 'EMPTY', value: '' })
  })

  it('have no value where there is no =', () => {
    expect(parseAssignment('SECRET')).toEqual({ name: 'SECRET' })
  })

  it.each(['1A=x', 'A-B=x', '=x', ''])('refuse the name in %p', (text) => {
    expect(() => parseAssignment(text)).toThrow(/no name|not a name/)
  })
})

describe('env files', () => {
  const read = (text: string) => Object.fromEntries(parseEnvFile(text, '.env').map(({ name, value }) => [name, value]))

  it('have comments, blank lines and export', () => {
    expect(read('# c\n\nA=1\r\n export B = two words # c\nC=x#y\n')).toEqual({ A: '1', B: 'two words', C: 'x#y' })
  })

  it('know quotes, with escapes in double ones alone', () => {
    expect(read(`A="a # \\"b\\"\\n" # c\nB='a\\n#'\nC=""`)).toEqual({ A: 'a # "b"\n', B: 'a\\n#', C: '' })
  })

  it('have values over several lines in quotes', () => {
    expect(read('KEY="-----BEGIN-----\nabc\n-----END-----"\nB=2')).toEqual({
      KEY: '-----BEGIN-----\nabc\n-----END-----',
      B: '2',
    })
  })

  it('name the line that is wrong, and not its content', () => {
    expect(() => parseEnvFile('A=1\nnonsense secret\n', '.env')).toThrow('.env, line 2: this is not NAME=VALUE.')
    expect(() => parseEnvFile('A="1\nB=2\n', '.env')).toThrow('.env, line 1: the quote')
    expect(() => parseEnvFile('A-B=1', '.env')).toThrow('.env, line 1: A-B is not a name')
  })
})
