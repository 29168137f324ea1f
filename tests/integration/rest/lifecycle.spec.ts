import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { isAlive } from '../../../scripts/process/processes.mjs'
import { createAdministrator } from '../../support/accounts.js'
import { createDatabase } from '../../support/database.js'
import { environment } from '../../support/environment.js'
import { freePort } from '../../support/free-port.js'
import { listeningSockets } from '../../support/listening-sockets.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, registerDevice } from '../mqtt/support.js'

let platform: Platform | undefined
afterEach(async () => {
  await platform?.stop()
  platform = undefined
})

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 40_000, interval: 50 })

/** The ids of the child processes. */
function childrenOf(pid: number): number[] {
  return fs
    .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((text) => text.trim() !== '')
    .map(Number)
}

const socketsOf = (directory: string) => fs.readdirSync(path.join(directory, 'pages-socket'))

describe('the web process', () => {
  it('listens on no port, and on a Unix socket that no other user can reach', async () => {
    platform = await startPlatform({ ownWeb: true })
    const [web = 0] = childrenOf(platform.pid)
    const { tcp, unix } = listeningSockets(web)
    expect(tcp).toEqual([])
    const directory = path.join(platform.dataDir, 'pages-socket')
    expect(unix.map((file) => path.dirname(file))).toEqual([directory])
    expect(fs.statSync(directory).mode & 0o777).toBe(0o700)
    expect(listeningSockets(platform.pid).tcp).toHaveLength(2)

    const page = await fetch(new URL('/sign-in', platform.url))
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<html')
    await platform.kill('SIGTERM')
    expect(fs.existsSync(directory)).toBe(false)
  })

  it('listens on a socket elsewhere when the data directory’s path is too long for one', async () => {
    platform = await startPlatform({ ownWeb: true })
    const long = path.join(platform.dataDir, 'long'.repeat(30))
    await platform.restart({ DATA_DIR: long })
    const [web = 0] = childrenOf(platform.pid)
    const [socket = ''] = listeningSockets(web).unix
    expect(path.dirname(path.dirname(socket))).toBe(os.tmpdir())
    expect(fs.statSync(path.dirname(socket)).mode & 0o777).toBe(0o700)
    expect((await fetch(new URL('/sign-in', platform.url))).status).toBe(200)
    await platform.kill('SIGTERM')
    expect(fs.existsSync(path.dirname(socket))).toBe(false)
  })

  it('is reached again after a kill of the api has left its socket behind', async () => {
    platform = await startPlatform({ ownWeb: true })
    const [left = ''] = socketsOf(platform.dataDir)
    await platform.kill('SIGKILL')
    await platform.restart()
    expect(socketsOf(platform.dataDir)).toHaveLength(1)
    expect(socketsOf(platform.dataDir)).not.toContain(left)
    expect((await fetch(new URL('/sign-in', platform.url))).status).toBe(200)
  })

  it('is restarted when it ends', async () => {
    platform = await startPlatform({ ownWeb: true })
    const { url, pid } = platform
    expect((await fetch(url, { redirect: 'manual' })).status).toBeLessThan(400)
    const [first = 0] = childrenOf(pid)
    process.kill(first, 'SIGKILL')
    await eventually(async () => {
      expect(childrenOf(pid)).not.toContain(first)
      expect((await fetch(new URL('/readyz', url))).status).toBe(200)
    })
    expect((await fetch(new URL('/sign-in', url))).status).toBe(200)
  })

  it('ends when the api ends or is killed', async () => {
    platform = await startPlatform({ ownWeb: true })
    const [web = 0] = childrenOf(platform.pid)
    expect(isAlive(web)).toBe(true)
    await platform.kill('SIGKILL')
    await eventually(() => expect(isAlive(web)).toBe(false))
  })
})

describe('the api', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends on %s with code 0 while clients are connected',
    async (signal) => {
      platform = await startPlatform()
      const request = http.get(new URL('/mqtt', platform.url), {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-protocol': 'mqtt',
        },
      })
      const [, upgraded] = (await once(request, 'upgrade')) as [http.IncomingMessage, net.Socket]
      const idle = net.connect(platform.port, '127.0.0.1')
      await once(idle, 'connect')
      // The end of a stream is reported only when the stream is read.
      const closed = Promise.all(
        [upgraded, idle].map(
          (socket) => new Promise((resolve) => socket.resume().on('error', resolve).on('close', resolve)),
        ),
      )
      expect(await platform.kill(signal)).toBe(0)
      await closed
      expect(platform.logs()).not.toContain('did not stop in time')
    },
  )

  it('ends in time with fifty publishing devices, open pages and requests that never end', async () => {
    platform = await startPlatform()
    const { url, port, kill } = platform
    const device = await registerDevice(await createAdministrator(platform))
    const clients = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const client = await connectDevice(platform as Platform, device, {
          clientId: `${device.id}:${index}`,
          url: index % 2 === 0 ? platform?.mqttTcpUrl : platform?.mqttWebSocketUrl,
        } as { clientId: string; url: string })
        client.on('error', () => {})
        return client
      }),
    )
    const talk = setInterval(() => {
      for (const client of clients) client.publish(device.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    }, 20)
    const head = 'POST /api/v1/devices HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
    for (const start of [
      'GET /api/v1/setup HT',
      `${head}Content-Length: 100\r\n\r\n{`,
      'GET / HTTP/1.1\r\nX: ',
    ]) {
      net
        .connect(port, '127.0.0.1')
        .on('error', () => {})
        .write(start)
    }
    const pages = Array.from({ length: 20 }, () => fetch(url).catch(() => undefined))
    expect(await kill('SIGTERM')).toBe(0)
    clearInterval(talk)
    await Promise.all([...pages, ...clients.map((client) => client.endAsync(true))])
    expect(platform.logs()).not.toContain('did not stop in time')
  })

  it('ends when its parent process ends', async () => {
    platform = await startPlatform()
    await platform.kill('SIGTERM')
    const child = spawn(process.execPath, [inProject('apps/api/dist/main.js')], {
      cwd: platform.dataDir,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: environment({
        PORT: String(platform.port),
        MQTT_PORT: String(platform.mqttPort),
        DATABASE_URL: platform.databaseUrl,
        DATA_DIR: platform.dataDir,
        WEB_URL: 'http://127.0.0.1:9',
      }),
    })
    await eventually(async () => expect((await fetch(new URL('/healthz', platform?.url))).status).toBe(200))
    const exited = once(child, 'exit')
    child.disconnect()
    expect(await exited).toEqual([0, null])
  })

  it('prints the cause and ends when it cannot start', async () => {
    platform = await startPlatform()
    const database = await createDatabase()
    const start = async (env: NodeJS.ProcessEnv) => {
      const usual = {
        DATABASE_URL: database.url,
        DATA_DIR: platform?.dataDir,
      }
      const child = spawn(process.execPath, [inProject('apps/api/dist/main.js')], {
        cwd: platform?.dataDir,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: environment({
          ...usual,
          MQTT_PORT: '0',
          WEB_URL: 'http://127.0.0.1:9',
          LOG_LEVEL: 'silent',
          ...env,
        }),
      })
      let message = ''
      child.stderr.on('data', (chunk) => {
        message += chunk
      })
      const [code] = await once(child, 'close')
      return { code, message }
    }
    const taken = await start({ PORT: String(platform.port) })
    expect(taken).toMatchObject({ code: 1, message: expect.stringContaining(`Port ${platform.port}`) })
    const nowhere = await start({ PORT: String(await freePort()), HOST: 'no-such-host.invalid' })
    expect(nowhere).toMatchObject({ code: 1, message: expect.stringContaining('HOST: no-such-host.invalid') })
    const bad = await start({ PORT: 'eighty' })
    expect(bad).toMatchObject({ code: 1, message: expect.stringContaining('PORT: expected a port number') })
    const away = await start({
      PORT: String(await freePort()),
      DATABASE_URL: 'postgresql://user@127.0.0.1:9/none',
    })
    expect(away).toMatchObject({ code: 1, message: expect.stringContaining('DATABASE_URL') })
    for (const { message } of [taken, nowhere, bad, away]) expect(message).not.toMatch(/\n\s+at /)
    await database.drop()
  })
})
