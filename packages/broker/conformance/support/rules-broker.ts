import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import {
  type AuthenticateResult,
  type BrokerHooks,
  type ConnectRequest,
  createBroker,
  type RefusalReason,
} from '@heliograph/broker'
import type { Target } from './wire.js'

/**
 * A broker inside this process whose host decides by names:
 * - user name `refuse2` to `refuse5`: CONNECT is refused with that return code of MQTT 3.1.1
 * - topics under `denied/`: not allowed to publish
 * - filters under `unreadable/`: not allowed to subscribe
 * - topics under `undecided/`: the host fails while it decides
 * - topics under `later/`: decided two turns of the event loop later than others
 */
export async function startRulesBroker(): Promise<{ target: Target; close(): Promise<void> }> {
  const broker = await createBroker({ hooks })
  const tcp = net.createServer((socket) => broker.handleTcp(socket, 'tcp')).listen(0, '127.0.0.1')
  const web = http.createServer().listen(0, '127.0.0.1')
  web.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
  await Promise.all([once(tcp, 'listening'), once(web, 'listening')])
  return {
    target: { tcpPort: portOf(tcp), wsPort: portOf(web) },
    async close() {
      tcp.close()
      web.close()
      await broker.close()
    },
  }
}

const hooks: BrokerHooks<null> = {
  authenticate,
  authorizePublish: (_client, topic) => !topic.startsWith('denied/'),
  authorizeSubscribe: (_client, filter) => !filter.startsWith('unreadable/'),
  onPublish(_client, { topic }) {
    if (topic.startsWith('undecided/')) return Promise.reject(new Error('the store is down'))
    return topic.startsWith('later/') ? afterOthers() : 'forward'
  },
}

function authenticate({ clientId, username = '' }: ConnectRequest): AuthenticateResult<null> {
  const reason = refusals.get(username)
  if (reason) return { ok: false, reason }
  return { ok: true, principal: null, sessionId: clientId || randomUUID() }
}

const refusals = new Map<string, RefusalReason>([
  ['refuse2', 'wrong_client_id'],
  ['refuse3', 'server_unavailable'],
  ['refuse4', 'bad_credentials'],
  ['refuse5', 'not_authorized'],
])

async function afterOthers(): Promise<'forward'> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  return 'forward'
}

function portOf(server: net.Server | http.Server): number {
  return (server.address() as AddressInfo).port
}
