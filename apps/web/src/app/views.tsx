'use client'

import { FrameSkeleton } from '@/features/shell/frame-skeleton'
import { lazyView } from '@/lib/lazy-view'

/*
 * The views of layouts and pages. Their scripts load beside the first ones, so that a browser draws the outline of a page
 * before it has read all of the page's code.
 */

export const OrganizationFrame = lazyView(
  () => import('@/features/shell/organization-frame').then((module) => module.OrganizationFrame),
  { path: /^\/o\//, fallback: <FrameSkeleton /> },
)

export const JoinView = lazyView(() => import('@/features/session/join').then((module) => module.Join), {
  path: /^\/join$/,
})

export const ConfirmJoinView = lazyView(
  () => import('@/features/session/confirm-join').then((module) => module.ConfirmJoin),
  { path: /^\/join\/confirm$/ },
)

export const ForgotPasswordView = lazyView(
  () => import('@/features/session/forgot-password').then((module) => module.ForgotPassword),
  { path: /^\/forgot-password$/ },
)

export const ResetPasswordView = lazyView(
  () => import('@/features/session/reset-password').then((module) => module.ResetPassword),
  { path: /^\/reset-password$/ },
)

export const ConfirmEmailView = lazyView(
  () => import('@/features/session/confirm-email').then((module) => module.ConfirmEmail),
  { path: /^\/confirm-email$/ },
)

export const AccountView = lazyView(
  () => import('@/features/account/account').then((module) => module.Account),
  { path: /^\/account$/ },
)

export const OverviewView = lazyView(
  () => import('@/features/overview/overview').then((module) => module.Overview),
  { path: /^\/o\/[^/]+$/ },
)

export const DevicesView = lazyView(
  () => import('@/features/devices/device-list').then((module) => module.DeviceList),
  { path: /^\/o\/[^/]+\/devices$/ },
)

export const ApiKeysView = lazyView(
  () => import('@/features/api-keys/api-key-list').then((module) => module.ApiKeyList),
  { path: /^\/o\/[^/]+\/api-keys$/ },
)

export const OrganizationSettingsView = lazyView(
  () => import('@/features/organization-settings/organization-settings').then((m) => m.OrganizationSettings),
  { path: /^\/o\/[^/]+\/settings$/ },
)

export const SettingsFrame = lazyView(
  () => import('@/features/organization-settings/settings-frame').then((module) => module.SettingsFrame),
  { path: /^\/o\/[^/]+\/settings/ },
)

export const MembersView = lazyView(
  () => import('@/features/members/members').then((module) => module.Members),
  { path: /^\/o\/[^/]+\/settings\/members$/ },
)

export const ApplicationsView = lazyView(
  () => import('@/features/applications/application-list').then((module) => module.ApplicationList),
  { path: /^\/o\/[^/]+\/settings\/applications$/ },
)

export const AuditView = lazyView(() => import('@/features/audit/audit').then((module) => module.Audit), {
  path: /^\/o\/[^/]+\/settings\/audit$/,
})

export const PlatformFrame = lazyView(
  () => import('@/features/shell/platform-frame').then((module) => module.PlatformFrame),
  { path: /^\/(?:organizations|audit)$/ },
)

export const PlatformAuditView = lazyView(
  () => import('@/features/audit/platform-audit').then((module) => module.PlatformAudit),
  { path: /^\/audit$/ },
)

export const OrganizationsView = lazyView(
  () => import('@/features/organizations/organizations').then((module) => module.Organizations),
  { path: /^\/organizations$/ },
)

export const DeviceFrame = lazyView(
  () => import('@/features/device/device-frame').then((module) => module.DeviceFrame),
  { path: /^\/o\/[^/]+\/devices\// },
)

export const LiveView = lazyView(
  () => import('@/features/device/live/live-view').then((module) => module.LiveView),
  { path: /^\/o\/[^/]+\/devices\/[^/]+$/ },
)

export const CredentialsView = lazyView(
  () => import('@/features/device/credentials/credential-list').then((module) => module.CredentialsView),
  { path: /\/devices\/[^/]+\/credentials$/ },
)

export const PresenceView = lazyView(
  () => import('@/features/device/presence/presence-history').then((module) => module.PresenceHistory),
  { path: /\/devices\/[^/]+\/presence$/ },
)

export const SettingsView = lazyView(
  () => import('@/features/device/settings/device-settings').then((module) => module.DeviceSettings),
  { path: /\/devices\/[^/]+\/settings$/ },
)
