import http from 'node:http'
import { attackerAddress } from '../address.mjs'

export const title = '10. a viewer: 200 requests for an MQTT token at once'

const atOnce = 200

export async function prepare({ attacker }) {
  return { authorization: await attacker.accounts.viewer() }
}

export async function attack(target, told) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce })
  await Promise.all(Array.from({ length: atOnce }, () => askAgainAndAgain(target, told, agent)))
}

async function askAgainAndAgain(target, told, agent) {
  for (;;) {
    const answer = await ask(target, agent)
    told.count(answer)
    // Whoever is refused at once would only measure this process.
    if (answer !== 'HTTP 201') await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function ask({ http: port, authorization, organization }, agent) {
  const place = { host: '127.0.0.1', port, localAddress: attackerAddress, agent }
  const headers = { authorization, 'content-type': 'application/json' }
  const body = JSON.stringify({ subscribe: [`${organization}/devices/+/telemetry`] })
  return new Promise((resolve) => {
    const sent = http.request(
      { ...place, method: 'POST', path: '/api/v1/mqtt/tokens', headers },
      (response) => {
        response.resume()
        response.once('close', () => resolve(`HTTP ${response.statusCode}`))
      },
    )
    sent.on('error', () => resolve('connection closed'))
    sent.end(body)
  })
}
