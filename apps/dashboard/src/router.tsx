import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  redirect,
} from '@tanstack/react-router'
import { isSignedOut } from './api/client.js'
import { placeToReturnTo } from './api/place.js'
import { mayBeSignedIn } from './api/sign-in-memory.js'
import { whoamiQuery } from './api/session.js'
import { readDeviceSearch } from './features/devices/device-search.js'
import { PageFailure, PageMissing } from './layout/page-failure.js'
import { PagePending } from './layout/page-pending.js'

/*
 * Every address of the dashboard. Pages are fetched when they are first visited; what stands here is all that the first
 * page needs to know of them.
 */

async function isSignedIn(queryClient: QueryClient): Promise<boolean> {
  if (!mayBeSignedIn()) return false
  try {
    await queryClient.ensureQueryData(whoamiQuery)
    return true
  } catch (error) {
    if (isSignedOut(error)) return false
    throw error
  }
}

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()()

// A mistyped id is an address that leads to nothing; the server would call it input that is not valid.
function refuseNoId(params: Record<string, string>): void {
  const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- how this router says so
  if (!Object.values(params).every((value) => id.test(value))) throw notFound()
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>) => placeToReturnTo(search),
  component: lazyRouteComponent(() => import('./features/auth/sign-in-page.js'), 'SignInPage'),
})

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    if (await isSignedIn(context.queryClient)) return
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- how this router redirects
    throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { next: location.href } })
  },
  component: lazyRouteComponent(() => import('./layout/app-layout.js'), 'AppLayout'),
})

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- how this router redirects
    throw redirect({ to: '/fleets' })
  },
})

const fleets = createRoute({
  getParentRoute: () => inside,
  path: '/fleets',
  component: lazyRouteComponent(() => import('./features/fleets/fleets-page.js'), 'FleetsPage'),
})

const fleet = createRoute({
  getParentRoute: () => inside,
  path: '/fleets/$fleetId',
  beforeLoad: ({ params }) => refuseNoId(params),
  component: lazyRouteComponent(() => import('./features/fleets/fleet-layout.js'), 'FleetLayout'),
})
const fleetDevices = createRoute({
  getParentRoute: () => fleet,
  path: '/',
  validateSearch: readDeviceSearch,
  component: lazyRouteComponent(() => import('./features/devices/fleet-devices.js'), 'FleetDevices'),
})
const fleetReleases = createRoute({
  getParentRoute: () => fleet,
  path: 'releases',
  component: lazyRouteComponent(() => import('./features/releases/fleet-releases.js'), 'FleetReleases'),
})
const fleetVariables = createRoute({
  getParentRoute: () => fleet,
  path: 'variables',
  component: lazyRouteComponent(() => import('./features/variables/fleet-variables.js'), 'FleetVariables'),
})
const fleetSettings = createRoute({
  getParentRoute: () => fleet,
  path: 'settings',
  component: lazyRouteComponent(() => import('./features/fleets/fleet-settings.js'), 'FleetSettings'),
})

const release = createRoute({
  getParentRoute: () => inside,
  path: '/releases/$releaseId',
  beforeLoad: ({ params }) => refuseNoId(params),
  component: lazyRouteComponent(() => import('./features/releases/release-page.js'), 'ReleasePage'),
})

const device = createRoute({
  getParentRoute: () => inside,
  path: '/devices/$deviceId',
  beforeLoad: ({ params }) => refuseNoId(params),
  component: lazyRouteComponent(() => import('./features/devices/device-layout.js'), 'DeviceLayout'),
})
const deviceOverview = createRoute({
  getParentRoute: () => device,
  path: '/',
  component: lazyRouteComponent(() => import('./features/devices/overview/device-overview.js'), 'DeviceOverview'),
})
const deviceLogs = createRoute({
  getParentRoute: () => device,
  path: 'logs',
  validateSearch: ({ service }: Record<string, unknown>): { service?: string } =>
    typeof service === 'string' && service !== '' ? { service } : {},
  component: lazyRouteComponent(() => import('./features/devices/logs/device-logs.js'), 'DeviceLogs'),
})
const deviceHistory = createRoute({
  getParentRoute: () => device,
  path: 'history',
  component: lazyRouteComponent(() => import('./features/devices/history/device-history.js'), 'DeviceHistory'),
})
const deviceVariables = createRoute({
  getParentRoute: () => device,
  path: 'variables',
  component: lazyRouteComponent(() => import('./features/variables/device-variables.js'), 'DeviceVariables'),
})
const deviceSettings = createRoute({
  getParentRoute: () => device,
  path: 'settings',
  component: lazyRouteComponent(() => import('./features/devices/settings/device-settings.js'), 'DeviceSettings'),
})

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('./features/account/account-page.js'), 'AccountPage'),
})

const routeTree = root.addChildren([
  signIn,
  inside.addChildren([
    home,
    fleets,
    fleet.addChildren([fleetDevices, fleetReleases, fleetVariables, fleetSettings]),
    release,
    device.addChildren([deviceOverview, deviceLogs, deviceHistory, deviceVariables, deviceSettings]),
    account,
  ]),
])

export function createDashboardRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    // Answers are cached by their queries, not by the router.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    // What a page does not understand of its address is not there for it, however it came in.
    search: { strict: true },
    // Soon enough for a slow link, late enough not to flash on a quick one.
    defaultPendingMs: 300,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageFailure,
    defaultNotFoundComponent: PageMissing,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createDashboardRouter>
  }
}
