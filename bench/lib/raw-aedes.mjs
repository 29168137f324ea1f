// Raw aedes broker: TCP and WebSocket on loopback, no authentication, no persistence
// but the in-memory default. The floor that a Node.js product built on aedes is
// compared with. Run as a copy in a directory with aedes 1.2 and ws 8 installed.

import http from 'node:http'
import net from 'node:net'
import { Aedes } from 'aedes'
import { createWebSocketStream, WebSocketServer } from 'ws'

const [tcpPort, wsPort] = process.argv.slice(2).map(Number)
const broker = await Aedes.createBroker({
  concurrency: Number(process.env.AEDES_CONCURRENCY ?? 100),
  maxInflightInbound: 0, // no cap on inbound QoS 2, so that it does not end a load run
})

const tcp = net.createServer({ noDelay: true }, broker.handle)
const web = http.createServer()
const wss = new WebSocketServer({
  server: web,
  path: '/mqtt',
  perMessageDeflate: false,
  handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
})
wss.on('connection', (socket, req) => {
  socket._socket.setNoDelay(true)
  broker.handle(createWebSocketStream(socket), req)
})
for (const event of ['clientError', 'connectionError']) {
  broker.on(event, (client, err) => console.error(event, client?.id, err.message))
}

await new Promise((resolve) => tcp.listen(tcpPort, '127.0.0.1', 4096, resolve))
await new Promise((resolve) => web.listen(wsPort, '127.0.0.1', 4096, resolve))
console.log('ready')
process.on('SIGTERM', () => process.exit(0))
