import { installAndBuild } from '../build/prepare.mjs'
import { say } from '../foundation/progress.mjs'
import { ApiProcess } from './api-process.mjs'
import { apiStopMs, claimInstance, openInstanceDatabase } from './instance.mjs'
import { runUntilStopped } from './run-until-stopped.mjs'

/** Runs the whole platform until it is asked to stop. */
export function runPlatform() {
  return runUntilStopped(async (onStop, stop) => {
    const { configuration, lock } = await claimInstance(onStop, stop)
    await installAndBuild()
    const { env, lost } = await openInstanceDatabase(configuration, onStop)

    const api = new ApiProcess({ ...env, NODE_ENV: 'production' }, (id) => lock.update({ children: [id] }))
    onStop(() => api.stop(apiStopMs))
    const url = await api.start()
    api.keepAlive()
    lock.update({ url })
    say(`ready ${url}`)
    return lost
  })
}
