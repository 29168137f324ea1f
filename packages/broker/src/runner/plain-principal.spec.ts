import { describe, expect, it } from 'vitest'
import { PlainPrincipal } from './plain-principal.js'

const own = ['load/3f2a/7', 'load/3f2a/+', 'load/3f2a/#', 'idle/3f2a/all/of/it', '+/3f2a/x']
const others = [
  'load/9c01/7',
  'load/+/7',
  'load/#',
  '#',
  'load',
  'load/3f2a',
  'load//7',
  'load/a/7',
  '3f2a/x/y',
]

describe('PlainPrincipal', () => {
  const client = new PlainPrincipal(true, 'ml3f2ap7')

  it.each(own)('may use %s, whose second level is a part of its id', (topic) => {
    expect(client.mayUse(topic)).toBe(true)
    expect(client.mayPublish(topic)).toBe(true)
  })

  it.each(others)('may not use %s', (topic) => {
    expect(client.mayUse(topic)).toBe(false)
    expect(client.mayPublish(topic)).toBe(false)
  })

  it('may publish to no other topic after one that it may', () => {
    for (const topic of others) {
      expect(client.mayPublish('load/3f2a/7')).toBe(true)
      expect(client.mayPublish(topic)).toBe(false)
      expect(client.mayPublish(topic)).toBe(false)
    }
  })

  it('may use everything without access rules', () => {
    expect(new PlainPrincipal(false, 'ml3f2ap7').mayUse('#')).toBe(true)
  })
})
