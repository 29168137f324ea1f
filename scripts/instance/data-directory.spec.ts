import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { prepareDataDirectory, recordDatabase } from './data-directory.mjs'

let parent: string
let directory: string

beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-data-'))
  directory = path.join(parent, 'data')
})
afterEach(() => fs.rmSync(parent, { recursive: true, force: true }))

const write = (name: string, text = '') => fs.writeFileSync(path.join(directory, name), text)

describe('prepareDataDirectory', () => {
  it('creates a directory that only this user can enter, and accepts it again', () => {
    prepareDataDirectory(directory)
    expect(fs.statSync(directory).mode & 0o777).toBe(0o700)
    prepareDataDirectory(directory)
  })

  it('accepts a directory in which an api has only left its secret', () => {
    fs.mkdirSync(directory)
    write('auth-secret')
    prepareDataDirectory(directory)
  })

  it('refuses a directory with other files and leaves it unchanged', () => {
    fs.mkdirSync(directory)
    write('thesis.txt')
    expect(() => prepareDataDirectory(directory)).toThrow(/not Heliograph’s \(thesis\.txt\)/)
    expect(fs.readdirSync(directory)).toEqual(['thesis.txt'])
  })

  it('refuses a directory of a newer version', () => {
    fs.mkdirSync(directory)
    write('heliograph.json', '{"format":2}')
    expect(() => prepareDataDirectory(directory)).toThrow('newer version of Heliograph')
  })

  it('refuses a damaged marker and says what belongs there', () => {
    fs.mkdirSync(directory)
    write('heliograph.json', '{"for')
    expect(() => prepareDataDirectory(directory)).toThrow(/is damaged[\s\S]*\{"format":1,"database":true\}/)
  })

  it('notices that the database is gone', () => {
    prepareDataDirectory(directory)
    recordDatabase(directory)
    expect(() => prepareDataDirectory(directory)).toThrow(/is gone[\s\S]*backup/)
  })

  it.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y'])(
    'refuses %s at once',
    (impossible) => {
      expect(() => prepareDataDirectory(impossible)).toThrow(
        `${impossible} cannot be used: nothing can be made there`,
      )
    },
  )

  it('says that a file stands in the way', () => {
    fs.writeFileSync(directory, '')
    expect(() => prepareDataDirectory(directory)).toThrow('it is a file, not a directory')
  })
})
