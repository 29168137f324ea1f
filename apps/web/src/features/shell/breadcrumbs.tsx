'use client'

import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import { Logo } from '@/components/logo'
import { useDevice } from '@/lib/device-queries'
import { useNavigation } from './navigation'

/** The current section and, inside it, the device. */
export function Breadcrumbs() {
  const { device } = useParams<{ device?: string }>()
  const section = useNavigation().find(({ current }) => current)
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-1.5 text-13">
      <Logo className="mr-1.5 size-5 shrink-0 md:hidden" />
      {section &&
        (device ? (
          <Link href={section.href} className="rounded-inner text-ink-soft hover:text-ink">
            {section.label}
          </Link>
        ) : (
          <span aria-current="page" className="font-medium">
            {section.label}
          </span>
        ))}
      {device && <DeviceCrumb device={decodeURIComponent(device)} />}
    </nav>
  )
}

function DeviceCrumb({ device }: { device: string }) {
  const { data } = useDevice(device)
  return (
    <>
      <ChevronRight aria-hidden className="size-3.5 shrink-0 text-ink-faint" />
      <span aria-current="page" className="truncate font-medium">
        {data?.name ?? device}
      </span>
    </>
  )
}
