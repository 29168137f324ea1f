/** All addresses of the site. */
export const paths = {
  home: '/',
  setup: '/setup',
  signIn: '/sign-in',
  forgotPassword: '/forgot-password',
  /** The signed-in person's own page, of no organization. */
  account: '/account',
  /** With the token of an invitation, which stands in the fragment so that no server is sent it. */
  join: (token: string) => `/join#${token}`,
  overview: (org: string) => `/o/${org}`,
  /** With the search, filters and order of the list as query parameters. */
  devices: (org: string, query: Record<string, string> = {}) => {
    const search = new URLSearchParams(query)
    return `/o/${org}/devices${search.size === 0 ? '' : `?${search}`}`
  },
  device: (org: string, device: string) => `/o/${org}/devices/${device}`,
  deviceCredentials: (org: string, device: string) => `/o/${org}/devices/${device}/credentials`,
  devicePresence: (org: string, device: string) => `/o/${org}/devices/${device}/presence`,
  deviceSettings: (org: string, device: string) => `/o/${org}/devices/${device}/settings`,
  apiKeys: (org: string) => `/o/${org}/api-keys`,
  settings: (org: string) => `/o/${org}/settings`,
  members: (org: string) => `/o/${org}/settings/members`,
  applications: (org: string) => `/o/${org}/settings/applications`,
  /** With the search and filters as query parameters, so that what is seen can be linked to. */
  audit: (org: string, query: Record<string, string> = {}) => {
    const search = new URLSearchParams(query)
    return `/o/${org}/settings/audit${search.size === 0 ? '' : `?${search}`}`
  },
  /** All organizations, for platform administrators. */
  organizations: '/organizations',
  /** What belongs to no organization, for platform administrators. */
  platformAudit: '/audit',
  /** Served by the api: a page of its own, which is loaded and not routed to. */
  apiDocs: '/api/docs',
}

/** The page to show after sign-in, which is always one of this site. */
export function safeReturnPath(wanted: string | null): string {
  if (!wanted?.startsWith('/') || /^\/[/\\]|[\p{Cc}\\]/u.test(wanted)) return paths.home
  return wanted
}
