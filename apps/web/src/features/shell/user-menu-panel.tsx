'use client'

import type { Me } from '@heliograph/protocol'
import { BookOpen, Building2, CircleUser, LogOut, Monitor, Moon, Plus, Sun } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { Menu, MenuChoice, MenuItem, MenuLink, MenuSeparator } from '@/components/menu'
import { useToast } from '@/components/toast'
import { explain } from '@/lib/explain'
import { paths } from '@/lib/paths'
import { signOut } from '@/lib/sign-out'
import { OrganizationChoice } from './organization-choice'

const NewOrganizationDialog = lazy(() => import('./new-organization-dialog'))

interface UserMenuPanelProps {
  me: Me
  /** Whether this menu also changes between organizations. */
  withOrganizations: boolean
  trigger: ReactNode
}

export default function UserMenuPanel({ me, withOrganizations, trigger }: UserMenuPanelProps) {
  const signOut = useSignOut()
  const router = useRouter()
  const [founding, setFounding] = useState(false)
  return (
    <>
      <Menu align="start" side="top" trigger={trigger}>
        <div className="px-2 pt-1.5 pb-2">
          <p className="text-13 font-medium break-words text-ink">{me.user.name}</p>
          <p className="text-12 break-words text-ink-faint">{me.user.email}</p>
        </div>
        <MenuSeparator />
        {withOrganizations && (
          <>
            <OrganizationChoice organizations={me.organizations} />
            <MenuSeparator />
          </>
        )}
        <ThemeChoice />
        <MenuSeparator />
        <MenuItem icon={<CircleUser aria-hidden />} onSelect={() => router.push(paths.account)}>
          Your account
        </MenuItem>
        <MenuLink icon={<BookOpen aria-hidden />} href={paths.apiDocs}>
          API documentation
        </MenuLink>
        {me.platformAdministrator && (
          <MenuItem icon={<Building2 aria-hidden />} onSelect={() => router.push(paths.organizations)}>
            Platform
          </MenuItem>
        )}
        {me.mayCreateOrganizations && (
          <MenuItem icon={<Plus aria-hidden />} onSelect={() => setFounding(true)}>
            New organization
          </MenuItem>
        )}
        <MenuItem icon={<LogOut aria-hidden />} onSelect={signOut}>
          Sign out
        </MenuItem>
      </Menu>
      <Suspense>{founding && <NewOrganizationDialog onClose={() => setFounding(false)} />}</Suspense>
    </>
  )
}

function ThemeChoice() {
  const { theme = 'system', setTheme } = useTheme()
  return (
    <MenuChoice
      label="Theme"
      value={theme}
      onChange={setTheme}
      options={[
        { value: 'light', label: 'Light', icon: <Sun aria-hidden /> },
        { value: 'dark', label: 'Dark', icon: <Moon aria-hidden /> },
        { value: 'system', label: 'System', icon: <Monitor aria-hidden /> },
      ]}
    />
  )
}

function useSignOut(): () => void {
  const toast = useToast()
  return () => {
    signOut(paths.signIn).catch((error) => toast(`You are still signed in. ${explain(error).what}`, 'failed'))
  }
}
