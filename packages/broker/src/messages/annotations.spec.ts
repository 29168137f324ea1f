import { afterEach, describe, expect, it, vi } from 'vitest'
import { PropertyWriter } from '../packets/property-writer.js'
import { Annotations } from './annotations.js'
import { Message } from './message.js'
import { publish5Bytes } from './publish5.js'

afterEach(() => void vi.restoreAllMocks())

const noAlias = { alias: 0, isKnown: false }

describe('Annotations', () => {
  it.each([
    ['time', '1732990000000.123'],
    ['größe', '27 µm 😀'],
    ['', ''],
  ])('knows the size of %s before it is encoded', (name, value) => {
    const annotations = Annotations.none.with('first', 'one').with(name, value)
    const { bytes } = annotations
    expect(annotations.encoded).toEqual(
      new PropertyWriter().user(['first', 'one']).user([name, value]).content(),
    )
    expect(annotations.encoded).toHaveLength(bytes)
  })

  it.each(['\ud800', 'a\u0000', 'a\u007f', 'x'.repeat(65_536)])(
    'refuses a text that MQTT cannot carry',
    (text) => {
      expect(() => Annotations.none.with('a', text)).toThrow(TypeError)
      expect(() => Annotations.none.with(text, 'a')).toThrow(TypeError)
    },
  )

  it('refuses more than 16 KiB for one message', () => {
    const half = Annotations.none.with('a', 'x'.repeat(8_000))
    expect(() => half.with('b', 'x'.repeat(9_000))).toThrow(RangeError)
    expect(half.with('b', 'x'.repeat(8_000)).bytes).toBe(16_012)
  })
})

describe('a message that the host adds to', () => {
  it('encodes nothing for subscribers of MQTT 3.1.1, and once for any number of MQTT 5', () => {
    const content = vi.spyOn(PropertyWriter.prototype, 'content')
    const message = Message.of({ topic: 'a/b', payload: Buffer.from('1'), qos: 0, retain: false })
    message.annotate('time', '1732990000000.123')
    message.decided()
    message.frame(4)
    publish5Bytes(message, 0, [], noAlias)
    expect(message.costBytes).toBeGreaterThan(200)
    expect(content).not.toHaveBeenCalled()
    message.frame(5)
    message.frame(5)
    expect(message.properties?.userProperties).toEqual([['time', '1732990000000.123']])
    expect(content).toHaveBeenCalledTimes(1)
  })
})
