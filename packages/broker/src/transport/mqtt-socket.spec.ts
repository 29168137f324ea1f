import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import type { Transport } from '../interface/types.js'
import { MqttSocket } from './mqtt-socket.js'

const ping = Buffer.from([0x89, 0])
const intervalMs = 25_000

function open(transport: Transport) {
  const written: Buffer[] = []
  let mayTake = true
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      written.push(chunk)
      if (mayTake) done()
    },
  })
  const socket = new MqttSocket(stream, transport, 1_000, {
    throttled: false,
    packet() {},
    partialPacket() {},
    invalidPacket() {},
    lost() {},
    drained() {},
    resumed() {},
    received() {},
    packetsDone() {},
  })
  return {
    look(nowMs: number): Buffer {
      socket.pingWhenIdle(nowMs, intervalMs)
      socket.out.flush()
      return Buffer.concat(written.splice(0))
    },
    send(bytes: Buffer) {
      socket.out.raw(bytes)
      socket.out.flush()
      written.splice(0)
    },
    freeze() {
      mayTake = false
    },
  }
}

it('pings a WebSocket each time nothing was sent for the interval', () => {
  const { look, send } = open('ws')
  send(Buffer.from('handshake'))
  expect(look(100_000)).toHaveLength(0)
  expect(look(124_999)).toHaveLength(0)
  expect(look(125_000)).toEqual(ping)
  expect(look(125_250)).toHaveLength(0)
  expect(look(150_249)).toHaveLength(0)
  expect(look(150_250)).toEqual(ping)
})

it('does not ping while it is sent something, nor while it takes nothing', () => {
  const { look, send, freeze } = open('ws')
  send(Buffer.from('handshake'))
  look(100_000)
  for (let nowMs = 110_000; nowMs < 200_000; nowMs += 10_000) {
    send(Buffer.from('message'))
    expect(look(nowMs)).toHaveLength(0)
  }
  freeze()
  send(Buffer.from('waits'))
  expect(look(300_000)).toHaveLength(0)
  expect(look(400_000)).toHaveLength(0)
})

it('does not ping over TCP', () => {
  const { look, send } = open('tcp')
  send(Buffer.from('connack'))
  look(100_000)
  expect(look(200_000)).toHaveLength(0)
})
