import { describe, expect, it } from 'vitest'
import { findFolderCycles } from './folder-cycles.mjs'

const module = (source: string, ...imported: string[]) => ({
  source: `app/src/${source}`,
  dependencies: imported.map((file) => ({ resolved: `app/src/${file}` })),
})
const cycles = (...modules: ReturnType<typeof module>[]) => findFolderCycles(modules, 'app/src')

describe('findFolderCycles', () => {
  it('finds none where imports go one way', () => {
    expect(cycles(module('a/1.ts', 'a/2.ts', 'b/1.ts'), module('b/1.ts', 'c/1.ts'))).toEqual([])
  })

  it('finds folders that import each other by different files', () => {
    const found = cycles(module('a/1.ts', 'b/1.ts'), module('b/2.ts', 'a/2.ts'))
    expect(found).toEqual([
      'app/src/a and app/src/b import each other, for example by app/src/a/1.ts → app/src/b/1.ts',
      'app/src/b and app/src/a import each other, for example by app/src/b/2.ts → app/src/a/2.ts',
    ])
  })

  it('finds a cycle over several folders, and one of a folder and its subfolder', () => {
    expect(
      cycles(module('a/1.ts', 'b/1.ts'), module('b/1.ts', 'c/1.ts'), module('c/2.ts', 'a/2.ts')),
    ).toHaveLength(3)
    expect(cycles(module('a/1.ts', 'a/b/1.ts'), module('a/b/2.ts', 'a/2.ts'))).toHaveLength(2)
  })

  it('leaves out what lies elsewhere', () => {
    const outside = { source: 'other/1.ts', dependencies: [{ resolved: 'app/src/a/1.ts' }] }
    expect(findFolderCycles([outside, module('a/1.ts', '../../other/1.ts')], 'app/src')).toEqual([])
  })
})
