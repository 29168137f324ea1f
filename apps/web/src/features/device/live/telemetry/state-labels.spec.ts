import { describe, expect, it } from 'vitest'
import { isSwitch, kindOf, numberOf, StateLabels } from './state-labels'

describe('StateLabels', () => {
  it('gives each text a code of its own, and booleans theirs', () => {
    const labels = new StateLabels()
    const codes = [false, true, 'open', 'shut', 'open'].map((value) => labels.codeOf(value))
    expect(codes).toEqual([0, 1, 2, 3, 2])
    expect(codes.map((code) => labels.textOf(code))).toEqual(['false', 'true', 'open', 'shut', 'open'])
    expect(codes.map(isSwitch)).toEqual([true, true, false, false, false])
  })

  it('is bounded: what comes after very many is all the same', () => {
    const labels = new StateLabels()
    for (let number = 0; number < 5_000; number += 1) labels.codeOf(`serial ${number}`)
    expect(labels.textOf(labels.codeOf('serial 4999'))).toBe('other')
    expect(labels.textOf(labels.codeOf('serial 5'))).toBe('serial 5')
    expect(labels.textOf(labels.codeOf('x'.repeat(60_000))).length).toBeLessThan(1_000)
  })

  it('keeps the colours of a few states apart, and the same whichever comes first', () => {
    const colours = (texts: string[]) => {
      const labels = new StateLabels()
      return new Map(texts.map((text) => [text, labels.colourOf(labels.codeOf(text))]))
    }
    const states = ['idle', 'running', 'fault', 'draining', 'filling', 'off', 'a', 'b']
    expect(new Set(colours(states).values()).size).toBe(8)
    expect(colours(['idle']).get('idle')).toBe(colours(['idle', 'x', 'y']).get('idle'))
  })
})

describe('kindOf and numberOf', () => {
  it('draw numbers as lines, switches and texts as bands, all else not', () => {
    expect([1, true, 'a', '12', null, [], {}].map(kindOf)).toEqual([
      'numbers',
      'states',
      'states',
      'states',
      null,
      null,
      null,
    ])
  })

  it('take the digits of an integer that no double holds for a number, and no other digits', () => {
    expect(numberOf('9007199254740993')).toBe(2 ** 53)
    expect(['9007199254740991', '007', '1e30', '12345678901234567890x'].map(numberOf)).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})
