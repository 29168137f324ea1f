import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalAddress } from './canonical-address.js'
import { type ProxyHeader, readProxyHeader } from './proxy-header.js'

const maxBytes = 2_048
const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')

const read = (bytes: Buffer | string): ProxyHeader =>
  readProxyHeader(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, maxBytes)

/** A header of version 2; `length` is what it says about itself. */
function binary(versionAndCommand: number, family: number, rest: Buffer, length = rest.length): Buffer {
  const fixed = Buffer.from([versionAndCommand, family, length >> 8, length & 255])
  return Buffer.concat([signature, fixed, rest])
}

const ipv4Rest = Buffer.from('cb007107c0000201dc04075b', 'hex')
const ipv6Rest = Buffer.from(
  '20010db800000000000000000000000720010db8000000000000000000000001dc04075b',
  'hex',
)

const port = fc.integer({ min: 0, max: 65_535 })
const extensions = fc.uint8Array({ maxLength: 300 })

const textHeader = fc
  .oneof(
    fc.tuple(fc.constant('TCP4'), fc.ipV4(), fc.ipV4()),
    fc.tuple(fc.constant('TCP6'), fc.ipV6(), fc.ipV6()),
  )
  .chain(([family, source, destination]) =>
    fc.tuple(port, port).map(([from, to]) => ({
      header: Buffer.from(`PROXY ${family} ${source} ${destination} ${from} ${to}\r\n`),
      source: canonicalAddress(source),
    })),
  )
  .filter(({ header }) => header.length <= 107)

const binaryHeader = fc.oneof(
  fc.tuple(fc.uint8Array({ minLength: 12, maxLength: 12 }), extensions).map(([addresses, more]) => ({
    header: binary(0x21, 0x11, Buffer.concat([addresses, more])),
    source: addresses.slice(0, 4).join('.') as string | null,
  })),
  fc
    .tuple(
      fc.constantFrom(0x00, 0x01, 0x12, 0x22, 0x31, 0x32),
      fc.uint8Array({ minLength: 216, maxLength: 400 }),
    )
    .map(([family, rest]) => ({ header: binary(0x21, family, Buffer.from(rest)), source: null })),
  fc.tuple(fc.nat(255), extensions).map(([family, rest]) => ({
    header: binary(0x20, family, Buffer.from(rest)),
    source: null,
  })),
)

describe('a PROXY header', () => {
  it.each([
    ['PROXY TCP4 203.0.113.7 192.0.2.1 56324 1883\r\n', '203.0.113.7'],
    ['PROXY TCP6 2001:0DB8::7 2001:db8::1 0 65535\r\n', '2001:db8::7'],
    ['PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2\r\n', '203.0.113.7'],
    ['PROXY UNKNOWN\r\n', null],
    ['PROXY UNKNOWN ffff::1 anything 1 2 3 4 5\r\n', null],
    [binary(0x21, 0x11, ipv4Rest), '203.0.113.7'],
    [binary(0x21, 0x21, ipv6Rest), '2001:db8::7'],
    [binary(0x21, 0x11, Buffer.concat([ipv4Rest, Buffer.from([0x04, 0, 1, 0])])), '203.0.113.7'],
    [binary(0x20, 0x11, ipv4Rest), null],
    [binary(0x20, 0x00, Buffer.alloc(0)), null],
    [binary(0x21, 0x00, Buffer.alloc(0)), null],
    [binary(0x21, 0x12, ipv4Rest), null],
    [binary(0x21, 0x31, Buffer.alloc(216)), null],
  ])('%# names its client, or none', (header, source) => {
    const bytes = Buffer.from(header as string, 'latin1')
    const all = Buffer.concat([bytes, Buffer.from([0x10, 0x00])])
    expect(read(all)).toEqual({ state: 'complete', bytes: bytes.length, source })
  })

  it.each([
    ['MQTT without a header', Buffer.from('101000044d51545404', 'hex')],
    ['TLS without a header', Buffer.from('1603010200', 'hex')],
    ['lower case', 'proxy TCP4 203.0.113.7 192.0.2.1 1 2\r\n'],
    ['another family', 'PROXY UDP4 203.0.113.7 192.0.2.1 1 2\r\n'],
    ['two spaces', 'PROXY TCP4  203.0.113.7 192.0.2.1 1 2\r\n'],
    ['a leading zero', 'PROXY TCP4 203.0.113.07 192.0.2.1 1 2\r\n'],
    ['IPv6 as TCP4', 'PROXY TCP4 2001:db8::7 192.0.2.1 1 2\r\n'],
    ['IPv4 as TCP6', 'PROXY TCP6 203.0.113.7 192.0.2.1 1 2\r\n'],
    ['a zone', 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n'],
    ['no destination', 'PROXY TCP4 203.0.113.7\r\n'],
    ['no ports', 'PROXY TCP4 203.0.113.7 192.0.2.1\r\n'],
    ['a port with a leading zero', 'PROXY TCP4 203.0.113.7 192.0.2.1 01 2\r\n'],
    ['a port too large', 'PROXY TCP4 203.0.113.7 192.0.2.1 65536 2\r\n'],
    ['a field too many', 'PROXY TCP4 203.0.113.7 192.0.2.1 1 2 3\r\n'],
    ['version 3', binary(0x31, 0x11, ipv4Rest)],
    ['an unknown command', binary(0x22, 0x11, ipv4Rest)],
    ['an unknown family', binary(0x21, 0x41, ipv4Rest)],
    ['an unknown transport', binary(0x21, 0x13, ipv4Rest)],
    ['IPv4 addresses cut short', binary(0x21, 0x11, ipv4Rest.subarray(1))],
    ['IPv6 addresses cut short', binary(0x21, 0x21, ipv4Rest)],
  ])('is refused: %s', (_, header) => {
    expect(read(header)).toMatchObject({ state: 'refused', reason: 'malformed' })
  })

  it('is refused as soon as it cannot fit, however much of it has come', () => {
    const tooLong = { state: 'refused', reason: 'too_long' }
    expect(read(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`)).toMatchObject({ state: 'complete', bytes: 107 })
    expect(read(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`)).toMatchObject(tooLong)
    expect(read(`PROXY UNKNOWN ${'x'.repeat(93)}`)).toMatchObject(tooLong)
    expect(read(binary(0x21, 0x11, Buffer.alloc(maxBytes - 16)))).toMatchObject({ state: 'complete' })
    expect(read(binary(0x21, 0x11, Buffer.alloc(0), maxBytes - 15))).toMatchObject(tooLong)
  })

  it('is read the same in whatever pieces it comes, and up to its end', () => {
    fc.assert(
      fc.property(fc.oneof(textHeader, binaryHeader), fc.uint8Array(), ({ header, source }, behind) => {
        for (let length = 0; length < header.length; length++)
          expect(read(header.subarray(0, length))).toEqual({ state: 'incomplete' })
        const complete = { state: 'complete', bytes: header.length, source }
        expect(read(Buffer.concat([header, behind]))).toEqual(complete)
      }),
    )
  })

  it('with anything wrong in it is refused or read as another valid one, and never waited for beyond its bound', () => {
    const change = fc.record({ at: fc.nat(300), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.oneof(textHeader, binaryHeader),
        fc.array(change, { maxLength: 4 }),
        ({ header }, changes) => {
          const bytes = Buffer.concat([header, Buffer.alloc(maxBytes)])
          for (const { at, byte } of changes) bytes[at % header.length] = byte
          const result = read(bytes)
          expect(result.state).not.toBe('incomplete')
          if (result.state === 'complete' && result.source !== null)
            expect(canonicalAddress(result.source)).toBe(result.source)
        },
      ),
    )
  })
})
