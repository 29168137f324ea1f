import fs from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { inScratch } from './scratch.mjs'

const requestsAtOnce = 16

/** Tokens live for five minutes; older ones are replaced before a run. */
const tokenUsableMs = 150_000

/** Devices with credentials and people with tokens, made over REST. */
export class Accounts {
  #url
  #key
  #devices = []
  #tokens = []
  #tokensMadeAt = 0

  /** Signs in as the first administrator and makes an API key, which stays valid as long as the platform. */
  static async signIn(url, organization, { email, password }) {
    const accounts = new Accounts()
    const headers = { ...(await signedIn(url, { email, password })), 'heliograph-org': organization }
    accounts.#url = url
    accounts.organization = organization
    accounts.#key = (await send(url, headers, '/api/v1/api-keys', { name: 'bench' })).key
    return accounts
  }

  /** The header by which a script speaks for the organization. */
  get authorization() {
    return `Bearer ${this.#key}`
  }

  /** The same for a key of its own, which may only read. */
  async viewer() {
    const { key } = await this.#post('/api/v1/api-keys', { name: 'viewer', role: 'viewer' })
    return `Bearer ${key}`
  }

  /** A file of the credentials of the devices dev-0 to dev-(count - 1); missing devices are registered. */
  async devices(count) {
    const missing = Array.from({ length: Math.max(0, count - this.#devices.length) }, (_, index) => index)
    const first = this.#devices.length
    await inParallel(missing, async (index) => {
      const id = `dev-${first + index}`
      await this.#post('/api/v1/devices', { id, name: id })
      this.#devices[first + index] = await this.#post(`/api/v1/devices/${id}/credentials`, {})
    })
    return writeCredentials('devices', this.#devices.slice(0, count))
  }

  /** A new device by that id, and its credential. */
  async device(id) {
    await this.#post('/api/v1/devices', { id, name: id })
    return this.#post(`/api/v1/devices/${id}/credentials`, {})
  }

  /** A file of so many clients, spread over the devices: the clients of a device are `dev-0`, `dev-0:1`, `dev-0:2`, … */
  async clients(count, devices) {
    await this.devices(devices)
    const clients = Array.from({ length: count }, (_, index) => {
      const device = this.#devices[index % devices]
      const suffix = Math.floor(index / devices)
      return suffix === 0 ? device : { ...device, clientId: `${device.clientId}:${suffix}` }
    })
    return writeCredentials('clients', clients)
  }

  /** Files of tokens that may read all of the organization and write below its apps: for publishers, for subscribers. */
  async people(publishers, subscribers) {
    const count = publishers + subscribers
    if (Date.now() - this.#tokensMadeAt > tokenUsableMs) {
      this.#tokens = []
      this.#tokensMadeAt = Date.now()
    }
    const missing = Array.from({ length: Math.max(0, count - this.#tokens.length) })
    const made = await inParallel(missing, () => this.token())
    this.#tokens.push(...made)
    return {
      publishers: writeCredentials('publishers', this.#tokens.slice(0, publishers)),
      subscribers: writeCredentials('subscribers', this.#tokens.slice(publishers, count)),
    }
  }

  /** One more person, and the credential file with which the load generator connects as them. */
  async watcher() {
    const token = await this.token()
    return { clientId: token.clientId, file: writeCredentials('watcher', [token]) }
  }

  /** A token; with the client id of a live connection it extends that one. */
  token(clientId) {
    const { organization } = this
    const granted = { subscribe: [`${organization}/#`], publish: [`${organization}/apps/#`] }
    return this.#post('/api/v1/mqtt/tokens', clientId === undefined ? granted : { ...granted, clientId })
  }

  #post(path, body) {
    return send(this.#url, { authorization: `Bearer ${this.#key}` }, path, body)
  }
}

/** Makes another organization, of which the signed-in person becomes an administrator. */
export async function foundOrganization(url, person, slug) {
  await send(url, await signedIn(url, person), '/api/v1/organizations', { name: slug, slug })
}

/** The headers of a person who has just signed in. */
async function signedIn(url, { email, password }) {
  const session = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email, password }),
  })
  if (!session.ok) throw new Error(`sign-in answered ${session.status}: ${await session.text()}`)
  const cookie = session.headers.getSetCookie().map((line) => line.split(';')[0])
  return { origin: url, cookie: cookie.join('; ') }
}

/** Waits when the API key has sent more than it may. */
async function send(url, headers, path, body) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (response.status === 429) {
    await setTimeout(Number(response.headers.get('retry-after')) * 1_000)
    return send(url, headers, path, body)
  }
  if (!response.ok) throw new Error(`POST ${path} answered ${response.status}: ${text}`)
  return JSON.parse(text)
}

/** The load generator's format: client id, user name and password, one client a line. */
function writeCredentials(name, credentials) {
  const file = inScratch('credentials', name)
  const lines = credentials.map(({ clientId, username, password }) => `${clientId} ${username} ${password}\n`)
  fs.writeFileSync(file, lines.join(''), { mode: 0o600 })
  return file
}

async function inParallel(items, work) {
  const results = []
  const queue = items.entries()
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: requestsAtOnce }, worker))
  return results
}
