import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { inProject } from '../foundation/paths.mjs'

/** Runs the text as the body of `run`, in a process of its own, and sends it a signal once it has printed `up`. */
async function runBody(
  body: string,
  signal?: NodeJS.Signals,
): Promise<{ code: number | null; output: string }> {
  const module = (file: string) => JSON.stringify(inProject('scripts', file))
  const program = `
    const { runUntilStopped } = await import(${module('instance/run-until-stopped.mjs')})
    const { UserError } = await import(${module('foundation/user-error.mjs')})
    const { ApiStartError } = await import(${module('instance/api-process.mjs')})
    await runUntilStopped(async (onStop) => { ${body} })`
  const { npm_lifecycle_event: _, ...env } = process.env
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env })
  if (signal) child.stdout.once('data', () => child.kill(signal))
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code, output: output + errors }
}

it('does the steps of the stop in reverse order on a signal, and ends with 0', async () => {
  const body = `
    onStop(async () => console.log('database stopped'))
    onStop(async () => console.log('api stopped'))
    console.log('up')
    return new Promise(() => setInterval(() => {}, 1000))`
  expect(await runBody(body, 'SIGTERM')).toEqual({
    code: 0,
    output: 'up\nstopping …\napi stopped\ndatabase stopped\nstopped\n',
  })
})

it('undoes what it has done when it cannot go on, prints why without a stack, and ends with 1', async () => {
  const body = `
    onStop(async () => console.log('lock released'))
    throw new UserError('The port is taken.', 'Choose another.')`
  expect(await runBody(body)).toEqual({
    code: 1,
    output: 'lock released\n\nThe port is taken.\n  Choose another.\n',
  })
})

it('adds nothing to the message of an api that did not start', async () => {
  expect(await runBody('throw new ApiStartError(1)')).toEqual({ code: 1, output: '' })
})
