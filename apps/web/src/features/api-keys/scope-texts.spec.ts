import { scopes } from '@heliograph/protocol'
import { expect, it } from 'vitest'
import { presets, scopeGroups, scopeTexts } from './scope-texts'

it('offers each scope once, with its words', () => {
  const offered = scopeGroups.flatMap((group) => group.scopes)
  expect(offered.toSorted()).toEqual([...scopes].toSorted())
  for (const scope of offered) expect(scopeTexts[scope]).toBeTruthy()
})

it('has presets that name only what they say', () => {
  expect(presets.provision.scopes).toEqual(['devices.create', 'credentials.manage'])
  for (const scope of presets.read.scopes) expect(scope).toMatch(/\.(read|subscribe)$/)
})
