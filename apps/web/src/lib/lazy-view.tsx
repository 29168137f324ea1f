'use client'

import { type ComponentType, type ReactNode, useSyncExternalStore } from 'react'
import { ownPath } from './base-path'

interface LazyViewOptions {
  /** The addresses of the pages that show this view: on one of these, its script is requested at once. */
  path: RegExp
  /** Shown until the script has loaded. */
  fallback?: ReactNode
}

/**
 * A component whose script is not among those that the page waits for: it loads beside them. It needs no Suspense, as a
 * Suspense boundary around a whole page would hide the page while a dialog loads.
 */
export function lazyView<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { path, fallback = null }: LazyViewOptions,
): ComponentType<Props> {
  const script = new ViewScript(load)
  if (typeof window !== 'undefined' && path.test(ownPath())) script.request()

  return (props) => <ScriptedView script={script} fallback={fallback} props={props} />
}

interface ScriptedViewProps<Props> {
  script: ViewScript<Props>
  fallback: ReactNode
  props: Props
}

function ScriptedView<Props extends object>({ script, fallback, props }: ScriptedViewProps<Props>) {
  const View = useSyncExternalStore(script.listen, script.read, () => null)
  return View === null ? fallback : <View {...props} />
}

/** The script of one view: requested once, and kept. */
class ViewScript<Props> {
  #state:
    | { status: 'idle' | 'loading' }
    | { status: 'loaded'; view: ComponentType<Props> }
    | { status: 'failed'; error: unknown } = { status: 'idle' }
  readonly #listeners = new Set<() => void>()

  constructor(private readonly load: () => Promise<ComponentType<Props>>) {}

  request(): void {
    if (this.#state.status !== 'idle') return
    this.#state = { status: 'loading' }
    this.load()
      .then((view) => {
        this.#state = { status: 'loaded', view }
      })
      .catch((error: unknown) => {
        this.#state = { status: 'failed', error }
      })
      .finally(() => {
        for (const listener of this.#listeners) listener()
      })
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.request()
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Null until the script has loaded. Throws why it could not be loaded, for the error page. */
  readonly read = (): ComponentType<Props> | null => {
    if (this.#state.status === 'failed') throw this.#state.error
    return this.#state.status === 'loaded' ? this.#state.view : null
  }
}
