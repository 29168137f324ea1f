import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { attackerAddress } from '../address.mjs'

export const title =
  'wrong passwords for the bystander’s account and for accounts that do not exist, 20 at once'

const atOnce = 20

export async function prepare({ bystander }) {
  return { email: bystander.person.email }
}

export async function attack(target, told) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: atOnce })
  await Promise.all(Array.from({ length: atOnce }, (_, number) => guess(target, told, agent, number)))
}

async function guess({ http: port, email }, told, agent, number) {
  for (let count = 0; ; count += 1) {
    const account = number % 2 === 0 ? email : `nobody-${number}-${count}@example.com`
    const body = JSON.stringify({ email: account, password: `wrong ${number} ${count}` })
    const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` }
    const status = await new Promise((resolve) => {
      const options = {
        host: '127.0.0.1',
        port,
        localAddress: attackerAddress,
        agent,
        headers,
        method: 'POST',
      }
      const sent = http.request({ ...options, path: '/api/auth/sign-in/email' }, (response) => {
        response.resume()
        response.once('close', () => resolve(`HTTP ${response.statusCode}`))
      })
      sent.on('error', () => resolve('connection closed'))
      sent.end(body)
    })
    told.count(status)
    await sleep(5)
  }
}
