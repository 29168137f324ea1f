import { installDependencies } from '../build/prepare.mjs'
import { say, step } from '../foundation/progress.mjs'
import { ApiProcess } from '../instance/api-process.mjs'
import { apiStopMs, claimInstance, openInstanceDatabase } from '../instance/instance.mjs'
import { freeLoopbackPort } from '../instance/ports.mjs'
import { runUntilStopped } from '../instance/run-until-stopped.mjs'
import { compileAndWatch } from './compilers.mjs'
import { startPagesServer } from './pages-server.mjs'

/** Runs the platform from source until it is asked to stop. */
export function runDevelopment() {
  return runUntilStopped(async (onStop, stop) => {
    const { configuration, lock } = await claimInstance(onStop, stop)
    await installDependencies()
    const { env, lost } = await openInstanceDatabase(configuration, onStop)
    const webPort = await freeLoopbackPort()

    /** @type {() => void} */
    let onChange = () => {}
    await step('compilers', 'compiling and watching', () => compileAndWatch(() => onChange()))
    startPagesServer(webPort)
    const apiEnv = { ...env, NODE_ENV: 'development', WEB_URL: `http://127.0.0.1:${webPort}` }
    const api = new ApiProcess(apiEnv, (id) => lock.update({ children: [id] }))
    onStop(() => api.stop(apiStopMs))

    let latest = startApi(api)
    onChange = () => {
      latest = latest.then(() => startApi(api))
    }
    return lost
  })
}

/**
 * Starts the api anew. A failed start does not end the run: the next change may mend it.
 * @param {ApiProcess} api
 */
async function startApi(api) {
  await api.stop(apiStopMs)
  try {
    say(`ready ${await api.start()}`)
  } catch {
    say('The api did not start; its message is above. Waiting for the next change.')
  }
}
