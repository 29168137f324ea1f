// Our broker over the platform's store, with nothing else of the platform: `DATABASE_URL=… node stored-broker-server.mjs
// TCP_PORT HTTP_PORT`. MQTT over TCP and WebSocket; over HTTP `/stats`, and `/turns` for how long turns were since the last time.
import http from 'node:http'
import net from 'node:net'
import pg from 'pg'
import { PostgresPersistence } from '../../apps/api/dist/messaging/broker-store/postgres-persistence.js'
import { createBroker } from '../../packages/broker/dist/index.js'
import { TurnWatch } from './turn-watch.mjs'

const [tcpPort, httpPort] = process.argv.slice(2).map(Number)
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
pool.on('error', () => {})
const everybody = {
  authenticate: ({ clientId }) => ({ ok: true, sessionId: clientId, principal: null }),
  authorizePublish: () => true,
  authorizeSubscribe: () => true,
}
const watch = new TurnWatch()
const startedAt = performance.now()
const broker = await createBroker({ hooks: everybody, persistence: new PostgresPersistence({ pool }) })
const loadMs = performance.now() - startedAt

const web = http.createServer((request, response) => {
  const { sessions, retained } = broker.stats()
  const answer = request.url === '/turns' ? watch.take() : { loadMs, sessions, retained }
  response.end(JSON.stringify(answer))
})
web.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
const tcp = net.createServer({ noDelay: true }, (socket) => broker.handleTcp(socket))
web.listen({ port: httpPort, host: '127.0.0.1', backlog: 4096 })
tcp.listen({ port: tcpPort, host: '127.0.0.1', backlog: 4096 })
process.once('SIGTERM', async () => {
  tcp.close()
  web.close()
  await broker.close()
  await pool.end()
  process.exit(0)
})
