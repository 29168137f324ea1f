import http from 'node:http'
import { attackerAddress } from '../address.mjs'

export const title = '5. a viewer: 300 searches at once among 50,000 devices'

const devices = 50_000
const atOnce = 300

export async function prepare({ platform, attacker }) {
  await platform.pool.query(
    `INSERT INTO device (organization_id, id, name, tags, updated_at)
     SELECT o.id, 'd' || n, 'Device ' || md5(n::text), '{}', now()
     FROM organization o, generate_series(1, $2::int) n WHERE o.slug = $1`,
    [attacker.organization, devices],
  )
  await platform.pool.query('ANALYZE device')
  return { authorization: await attacker.accounts.viewer() }
}

export async function attack(target, told) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce })
  await Promise.all(
    Array.from({ length: atOnce }, (_, number) => searchAgainAndAgain(target, told, agent, number)),
  )
}

async function searchAgainAndAgain({ http: port, authorization }, told, agent, number) {
  for (let count = number; ; count += 1) {
    const path = `/api/v1/devices?search=${(count * 7_919).toString(16).slice(-3)}&limit=100`
    const answer = await new Promise((resolve) => {
      const options = {
        host: '127.0.0.1',
        port,
        localAddress: attackerAddress,
        agent,
        path,
        headers: { authorization },
      }
      const sent = http.get(options, (response) => {
        response.resume()
        response.once('close', () => resolve(`HTTP ${response.statusCode}`))
      })
      sent.on('error', () => resolve('connection closed'))
    })
    told.count(answer)
    // Whoever is refused at once would only measure this process.
    if (answer !== 'HTTP 200') await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
