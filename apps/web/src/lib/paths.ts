/** Every address inside the site, in one place. */
export const paths = {
  home: '/',
  setup: '/setup',
  signIn: '/sign-in',
  overview: (org: string) => `/o/${org}`,
  /** With what is asked of the list, as its address holds it. */
  devices: (org: string, query: Record<string, string> = {}) => {
    const search = new URLSearchParams(query)
    return `/o/${org}/devices${search.size === 0 ? '' : `?${search}`}`
  },
  device: (org: string, device: string) => `/o/${org}/devices/${device}`,
  deviceCredentials: (org: string, device: string) => `/o/${org}/devices/${device}/credentials`,
  devicePresence: (org: string, device: string) => `/o/${org}/devices/${device}/presence`,
  deviceSettings: (org: string, device: string) => `/o/${org}/devices/${device}/settings`,
  apiKeys: (org: string) => `/o/${org}/api-keys`,
}

/** Where to go after sign-in: only ever a page of this site. */
export function safeReturnPath(wanted: string | null): string {
  if (!wanted?.startsWith('/') || /^\/[/\\]|[\p{Cc}\\]/u.test(wanted)) return paths.home
  return wanted
}
