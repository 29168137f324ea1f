import { once } from 'node:events'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assertPortFree, freeLoopbackPort } from './ports.mjs'

let server: net.Server
let port: number

beforeEach(async () => {
  port = await freeLoopbackPort()
  server = net.createServer()
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const listen = async () => {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

describe('assertPortFree', () => {
  it('accepts a port on which nothing listens, and leaves it free', async () => {
    await assertPortFree('PORT', '127.0.0.1', port)
    await listen()
  })

  it('names the process that has the port, and a free port to use instead', async () => {
    await listen()
    const error = await assertPortFree('PORT', '127.0.0.1', port).catch(String)
    expect(error).toContain(`Port ${port} on 127.0.0.1 is taken by`)
    expect(error).toContain(`process ${process.pid}`)
    const alternative = Number(/PORT=(\d+) npm start/.exec(String(error))?.[1])
    expect(alternative).toBeGreaterThan(port)
    expect(error).not.toContain('PORT=0')
  })

  it('offers to turn MQTT over TCP off', async () => {
    await listen()
    await expect(assertPortFree('MQTT_PORT', '127.0.0.1', port)).rejects.toThrow('MQTT_PORT=0 npm start')
  })

  it('explains HOST when the address is not of this machine', async () => {
    await expect(assertPortFree('PORT', '192.0.2.1', port)).rejects.toThrow(
      /HOST 192\.0\.2\.1[\s\S]*0\.0\.0\.0/,
    )
  })
})
