import { keepOpen, rawHttp, requestHead } from '../http-attacker.mjs'

export const title =
  '13. 64 pipelined requests for `/metrics` on each of 20 connections, which are opened again and again'

const requests = 64
const atOnce = 20
const everyMs = 5

export async function attack(target, told) {
  const bytes =
    requestHead('GET', '/metrics').repeat(requests - 1) +
    requestHead('GET', '/metrics', { connection: 'close' })
  keepOpen(atOnce, { everyMs }, () => rawHttp(target, told, bytes))
  await new Promise(() => undefined)
}
