import { type ComponentType, lazy } from 'react'

/**
 * A component whose script is not among those that the page has to wait for: it is fetched beside them, from the
 * moment its module runs and not only when it is first drawn. To be drawn inside a Suspense, and
 * by a function: what a module gives to the server's components must not be lazy itself.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  const loadModule = async () => ({ default: await load() })
  const loading = typeof window === 'undefined' ? null : loadModule()
  // Whoever draws it learns of a failure; until then nobody has to.
  loading?.catch(() => {})
  return lazy(() => loading ?? loadModule())
}
