import { describe, expect, it } from 'vitest'
import { nodeVersionProblem } from './node-version.mjs'

const range = '>=20.19 <21 || >=22.12'

describe('nodeVersionProblem', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '22.23.3', '24.21.0'])('takes Node %s', (version) => {
    expect(nodeVersionProblem(version)).toBeUndefined()
    expect(nodeVersionProblem(version, range)).toBeUndefined()
  })

  it.each(['12.22.0', '18.20.4', '20.9.0', '20.18.9', '21.7.3', '22.11.9'])(
    'refuses Node %s and says why',
    (version) => {
      expect(nodeVersionProblem(version, range)).toContain(`this is Node ${version}`)
    },
  )

  it('takes the range from package.json', () => {
    expect(nodeVersionProblem('16.0.0')).toMatch(/needs Node >=20/)
  })
})
