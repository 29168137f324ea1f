import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import { HttpBounds } from './http-bounds.js'
import { httpLimits } from './http-limits.js'

const megabyte = 1024 * 1024

class FakeSocket extends EventEmitter {
  bytesRead = 0
  bytesWritten = 0
  destroyed = false

  destroy() {
    this.destroyed = true
    this.emit('close')
  }
}

class FakeResponse extends EventEmitter {
  headersSent = false
  writableLength = 0
}

function boundsWith(limits: Partial<LimitValues<typeof httpLimits>> = {}) {
  const clock = { ms: 0 }
  const cuts: string[] = []
  const bounds = new HttpBounds(
    (reason, address) => cuts.push(`${reason} ${address}`),
    { ...httpLimits.values(), ...limits },
    () => clock.ms,
  )
  const request = (address: string) => {
    const socket = new FakeSocket()
    const response = new FakeResponse()
    socket.once('close', () => response.emit('close'))
    const begun = bounds.begin({ socket } as never, response as never, address)
    return { socket, response, begun }
  }
  return { bounds, clock, cuts, request }
}

describe('bytes that are held', () => {
  it('end the largest exchange of an address that holds too many, and no other', () => {
    const { bounds, cuts, request } = boundsWith({ bytesPerAddress: 10 * megabyte })
    const [small, large, other] = [request('a'), request('a'), request('b')]
    small.response.writableLength = 4 * megabyte
    large.response.writableLength = 7 * megabyte
    other.response.writableLength = 9 * megabyte
    bounds.check()
    expect([small, large, other].map(({ socket }) => socket.destroyed)).toEqual([false, true, false])
    expect(cuts).toEqual(['held_bytes a'])
    expect(bounds.usage).toMatchObject({ requests: 2, heldBytes: 13 * megabyte })
  })

  it('are bounded for one connection and for all', () => {
    const { bounds, request } = boundsWith({ bytesPerConnection: 8 * megabyte, bytes: 10 * megabyte })
    const exchanges = ['a', 'b', 'c'].map(request)
    exchanges.forEach(({ response }, index) => {
      response.writableLength = (4 + index) * megabyte
    })
    bounds.check()
    expect(exchanges.map(({ socket }) => socket.destroyed)).toEqual([false, false, true])
    const huge = request('d')
    huge.response.writableLength = 9 * megabyte
    bounds.check()
    expect(huge.socket.destroyed).toBe(true)
  })

  it('count bodies until the answer begins', () => {
    const { bounds, request } = boundsWith({ bytesPerConnection: megabyte })
    const body = request('a')
    body.socket.bytesRead = megabyte
    bounds.check()
    expect(bounds.usage.heldBytes).toBe(megabyte)
    body.response.headersSent = true
    bounds.check()
    expect(bounds.usage.heldBytes).toBe(0)
  })
})

describe('an answer', () => {
  it('ends its connection when its client takes nothing for too long', () => {
    const { bounds, clock, cuts, request } = boundsWith({ stalledMs: 1_000 })
    const { socket, response } = request('a')
    Object.assign(response, { writableLength: 500 })
    socket.bytesWritten = 1_000
    for (clock.ms = 0; clock.ms <= 3_000; clock.ms += 500) {
      // It takes a little each time.
      socket.bytesWritten += 1
      bounds.check()
    }
    expect(socket.destroyed).toBe(false)
    clock.ms += 1_001
    bounds.check()
    expect(cuts).toEqual(['stalled a'])
  })

  it('may wait for its first byte as long as it likes', () => {
    const { bounds, clock, request } = boundsWith({ stalledMs: 1_000 })
    const { socket } = request('a')
    bounds.check()
    clock.ms = 60_000
    bounds.check()
    expect(socket.destroyed).toBe(false)
  })
})

describe('requests and connections', () => {
  it('are bounded for each address', () => {
    const { request } = boundsWith({ requestsPerAddress: 2 })
    const [first] = [request('a'), request('a')]
    expect([request('a').begun, request('b').begun]).toEqual([false, true])
    first?.socket.destroy()
    expect(request('a').begun).toBe(true)
  })

  it('count connections until they end or become WebSockets, those of proxies only among all', () => {
    const { bounds, cuts } = boundsWith({ connectionsPerAddress: 1, connections: 3 })
    const admit = (address: string | null) => {
      const socket = new FakeSocket()
      bounds.admit(socket as never, address)
      return socket
    }
    const first = admit('a')
    expect(admit('a').destroyed).toBe(true)
    bounds.release(first as never)
    const second = admit('a')
    expect(second.destroyed).toBe(false)
    expect([admit(null), admit(null), admit(null)].map(({ destroyed }) => destroyed)).toEqual([
      false,
      false,
      true,
    ])
    expect(cuts).toEqual(['connections a', 'connections '])
    second.destroy()
    expect(bounds.usage.connections).toBe(2)
  })

  it('are refused for a time to an address whose connections were ended again and again', () => {
    const { bounds, clock, cuts } = boundsWith({ cutsPerAddress: 2, refusedMs: 5_000 })
    const admit = (address: string | null) => {
      const socket = new FakeSocket()
      bounds.admit(socket as never, address)
      return socket
    }
    const open = admit('a')
    for (let round = 0; round < 3; round++) bounds.endPipelined(admit('a') as never, 'a')
    expect(admit('a').destroyed).toBe(true)
    expect([open, admit('b'), admit(null)].map(({ destroyed }) => destroyed)).toEqual([false, false, false])
    expect(cuts).toEqual(['pipelined a', 'pipelined a', 'pipelined a', 'cut_often a'])
    clock.ms = 5_000
    expect(admit('a').destroyed).toBe(false)
  })
})
