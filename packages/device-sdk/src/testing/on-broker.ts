import { onTestFinished, vi } from 'vitest'
import { type Script, scriptedBroker } from './scripted-broker.js'

/** What `connect` makes, at a broker that follows the scripts, one a connection. Both end with the test. */
export async function onBroker<Client extends { close(options: { timeoutMs: number }): Promise<void> }>(
  scripts: Script[],
  connect: (url: string) => Client,
) {
  const broker = await scriptedBroker(scripts)
  const client = connect(broker.url)
  onTestFinished(async () => {
    await client.close({ timeoutMs: 0 })
    await broker.close()
  })
  return { broker, client }
}

/** What every device of these tests connects with. */
export const pump = {
  org: 'acme',
  device: 'pump-7',
  username: 'cred',
  password: 'secret',
  backoff: { baseMs: 5, maximumMs: 20 },
}

export const eventually = <T>(check: () => T | Promise<T>) =>
  vi.waitFor(check, { timeout: 25_000, interval: 10 })
