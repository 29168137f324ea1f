import { once } from 'node:events'
import net from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { ProxiedConnections, type ProxyRefusal } from './proxied-connections.js'
import { proxyProtocolLimits } from './proxy-protocol-limits.js'

const header = 'PROXY TCP4 203.0.113.7 192.0.2.1 56324 1883\r\n'
const opened: { destroy?: () => void; close?: () => void }[] = []
afterEach(() => {
  for (const { destroy, close } of opened.splice(0)) destroy ? destroy() : close?.()
})

/** A port that echoes behind the header, and what it saw. */
async function start(given: Record<string, number> = {}, trustedProxies = ['127.0.0.1']) {
  const refusals: ProxyRefusal[] = []
  const addresses: string[] = []
  const limits = proxyProtocolLimits.values(new Map(Object.entries(given)))
  const proxied = new ProxiedConnections({
    trustedProxies,
    limits,
    onRefused: (refusal) => refusals.push(refusal),
  })
  const server = net.createServer((socket) =>
    proxied.accept(socket, (accepted, remoteAddress) => {
      addresses.push(remoteAddress)
      accepted.on('data', (chunk) => accepted.write(chunk))
    }),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  opened.push({ close: () => server.close() })
  const { port } = server.address() as net.AddressInfo
  const connect = () => {
    const socket = net.connect(port, '127.0.0.1').setNoDelay(true)
    socket.on('error', () => {})
    opened.push({ destroy: () => socket.destroy() })
    return socket
  }
  return { proxied, refusals, addresses, connect }
}

async function received(socket: net.Socket, text: string): Promise<void> {
  let all = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    all += chunk
  })
  await vi.waitFor(() => expect(all).toBe(text), { timeout: 30_000 })
}

const closed = (socket: net.Socket) => once(socket.resume(), 'close')

it('passes on what follows the header, in one piece with it or byte by byte', async () => {
  const { addresses, connect } = await start()
  const whole = connect()
  whole.write(`${header}hello`)
  await received(whole, 'hello')
  const pieces = connect()
  for (const byte of `${header}hello`) {
    pieces.write(byte)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await received(pieces, 'hello')
  const later = connect()
  later.write(header)
  await vi.waitFor(() => expect(addresses).toHaveLength(3), { timeout: 30_000 })
  later.write('hello')
  await received(later, 'hello')
  expect(addresses).toEqual(['203.0.113.7', '203.0.113.7', '203.0.113.7'])
})

it('takes a connection of the proxy itself as its own', async () => {
  const { addresses, connect } = await start()
  const socket = connect()
  socket.write('PROXY UNKNOWN\r\nhello')
  await received(socket, 'hello')
  expect(addresses).toEqual(['127.0.0.1'])
})

it('closes a connection of anybody but a trusted proxy, in silence one that is gone already', async () => {
  const { proxied, refusals, addresses, connect } = await start({}, ['10.0.0.0/8'])
  const socket = connect()
  socket.write(`${header}hello`)
  await closed(socket)
  expect(addresses).toEqual([])
  proxied.accept(new net.Socket(), () => expect.unreachable())
  expect(refusals).toEqual([
    { reason: 'untrusted', address: '127.0.0.1', detail: 'it comes from no address of TRUSTED_PROXIES' },
  ])
})

it.each([
  ['malformed', 'GET / HTTP/1.1\r\n'],
  ['too_long', `PROXY UNKNOWN ${'x'.repeat(200)}`],
  ['late', 'PROXY TCP4 '],
  ['late', ''],
])('closes a connection with a header that is %s', async (reason, text) => {
  const { refusals, addresses, connect } = await start({ 'proxyProtocol.headerMs': 100 })
  const socket = connect()
  socket.write(text)
  await closed(socket)
  expect(addresses).toEqual([])
  expect(refusals).toMatchObject([{ reason, address: '127.0.0.1' }])
})

it('says that a header was cut, and nothing of a connection without a byte', async () => {
  const { refusals, connect } = await start()
  const silent = connect()
  silent.end()
  await closed(silent)
  const cut = connect()
  cut.end('PROXY TCP4 203.')
  await closed(cut)
  await vi.waitFor(() => expect(refusals).toMatchObject([{ reason: 'cut' }]), { timeout: 30_000 })
})

it('waits for the headers of few at a time, and forgets those that came', async () => {
  const { refusals, proxied, connect } = await start({ 'proxyProtocol.waiting': 1 })
  const first = connect()
  first.write(`${header}hello`)
  await received(first, 'hello')
  const second = connect()
  second.write('PROXY ')
  await once(second, 'connect')
  const third = connect()
  await closed(third)
  expect(refusals).toMatchObject([{ reason: 'waiting' }])
  proxied.close()
  await closed(second)
  expect(refusals).toHaveLength(1)
})
