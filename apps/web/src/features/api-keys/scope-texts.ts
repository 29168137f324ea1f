import { type Scope, scopes } from '@heliograph/protocol'

/** What each scope allows, in plain words. */
export const scopeTexts: Record<Scope, string> = {
  'devices.read': 'See devices and whether they are online',
  'devices.create': 'Register devices',
  'devices.update': 'Change devices',
  'devices.delete': 'Delete devices',
  'credentials.read': 'List credentials, without their secrets',
  'credentials.manage': 'Issue, rotate and revoke credentials',
  'telemetry.read': 'Read telemetry and export it',
  'setAside.manage': 'See and delete messages that could not be stored',
  'topics.subscribe': 'Subscribe to live messages',
  'apps.publish': 'Send messages to applications',
  'organization.read': 'See the overview and the settings',
  'organization.update': 'Change the settings',
  'usage.read': 'See what is used of the quotas',
  'audit.read': 'Read the audit and export it',
  'members.read': 'List the members',
  'members.manage': 'Invite, change and remove members',
  'apiKeys.manage': 'Create, rotate and revoke API keys',
  'applications.read': 'List the applications, without their passwords',
  'applications.manage': 'Create, change, rotate and revoke applications',
}

const places: readonly (readonly [title: string, area: string])[] = [
  ['Devices', 'devices'],
  ['Credentials', 'credentials'],
  ['Telemetry', 'telemetry setAside'],
  ['Live messages', 'topics apps'],
  ['Organization', 'organization usage audit members apiKeys applications'],
]

interface ScopeGroup {
  title: string
  scopes: Scope[]
}

/** The scopes in groups of what they concern. One of another area is in the last group. */
export const scopeGroups: readonly ScopeGroup[] = places.map(([title]) => ({
  title,
  scopes: scopes.filter((scope) => groupOf(scope) === title),
}))

function groupOf(scope: Scope): string {
  const area = scope.split('.')[0] ?? ''
  return places.find(([, areas]) => areas.split(' ').includes(area))?.[0] ?? 'Organization'
}

/** Access that many scripts need, by name. */
export const presets = {
  role: { label: 'Everything a role allows', scopes: null },
  provision: { label: 'Provision devices', scopes: ['devices.create', 'credentials.manage'] },
  read: {
    label: 'Read only',
    scopes: ['organization.read', 'usage.read', 'devices.read', 'telemetry.read', 'topics.subscribe'],
  },
  live: { label: 'Live messages only', scopes: ['topics.subscribe'] },
  chosen: { label: 'Custom permissions', scopes: [] },
} as const satisfies Record<string, { label: string; scopes: readonly Scope[] | null }>

export type Preset = keyof typeof presets

export const presetOptions = (Object.keys(presets) as Preset[]).map(
  (preset) => [preset, presets[preset].label] as const,
)
