import { createServer } from 'node:net'
import { createBroker } from '../../dist/index.js'
import { FilePersistence } from './file-persistence.mjs'

// A broker that keeps its sessions in the log file that the first argument names. Tests kill it.
const broker = await createBroker({
  hooks: {
    authenticate: ({ clientId }) => ({ ok: true, principal: clientId, sessionId: clientId }),
    authorizePublish: () => true,
    authorizeSubscribe: () => true,
    principalOf: ({ clientId }) => clientId,
  },
  persistence: new FilePersistence(process.argv[2]),
})
const server = createServer((socket) => broker.handleTcp(socket))
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
