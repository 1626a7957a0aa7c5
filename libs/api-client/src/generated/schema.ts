// Made by generate.mjs from openapi.json.
type Json = null | boolean | number | string | Json[] | {
    [key: string]: Json;
};
export interface paths {
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your API tokens, newest first */
        get: operations["listApiKeys"];
        put?: never;
        /** Make an API token; this answer alone shows it */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API token at once */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed what, newest first: in one organization, or wherever you are admin, and your own sign-ins */
        get: operations["listAuditEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with email and password */
        post: operations["SignInController_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End this session */
        post: operations["SignInController_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change the password; ends all other sessions */
        put: operations["SignInController_changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed-in user and its roles */
        get: operations["SignInController_whoami"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The builds of your fleets, newest first */
        get: operations["listBuilds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One build, with its place in the queue */
        get: operations["getBuild"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builds/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a build that is queued or running */
        post: operations["cancelBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builds/{id}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a build has printed, oldest first */
        get: operations["getBuildOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/builds/{id}/output/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The output of a build as it comes, until the build ends */
        get: operations["streamBuildOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The devices of your organizations, oldest first */
        get: operations["listDevices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One device, with what it should run and what it runs */
        get: operations["getDevice"];
        put?: never;
        post?: never;
        /** Delete a device; its board has to register again */
        delete: operations["deleteDevice"];
        options?: never;
        head?: never;
        /** Rename a device, move it to another fleet, pin it */
        patch: operations["updateDevice"];
        trace?: never;
    };
    "/api/v1/devices/{id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was asked of a device, newest first */
        get: operations["listDeviceCommands"];
        put?: never;
        /**
         * Ask something of a device
         * @description It is run once: at once where the device has a link, else when it comes back, until it expires.
         */
        post: operations["createDeviceCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/commands/{commandId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One command, with what came of it */
        get: operations["getDeviceCommand"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/commands/{commandId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a command back that the device has not fetched */
        post: operations["cancelDeviceCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/download-cost": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a release would cost a device in bytes, and whether its budget is enough */
        get: operations["getDeviceDownloadCost"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The history of a device, newest first */
        get: operations["listDeviceEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/forced-release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Let a device switch to its release now, whatever windows and locks say
         * @description Holds until the device should run another release.
         */
        put: operations["forceDeviceRelease"];
        post?: never;
        /**
         * Let windows and locks count again
         * @description What was forced on the whole fleet stays forced.
         */
        delete: operations["unforceDeviceRelease"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/hardware": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The boards that a device has had, newest first */
        get: operations["listHardware"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest lines of what a device logged, oldest first */
        get: operations["listDeviceLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/logs/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a device logs, as it arrives */
        get: operations["streamDeviceLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the board of a device was over time */
        get: operations["getDeviceMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The uploaded snapshots of a device, newest first */
        get: operations["listSnapshots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/snapshots/{snapshotId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One uploaded snapshot, with how far its upload came */
        get: operations["getSnapshot"];
        put?: never;
        post?: never;
        /** Remove an uploaded snapshot; one that is on the device too stays there */
        delete: operations["deleteSnapshot"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/snapshots/{snapshotId}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The files of an uploaded snapshot, as tar.gz */
        get: operations["downloadSnapshot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a device last said of itself, and when */
        get: operations["getDeviceState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/{id}/target": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a device should run, without secret values */
        get: operations["getDeviceTarget"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/fleets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The fleets of your organizations, oldest first */
        get: operations["listFleets"];
        put?: never;
        /** Make a fleet */
        post: operations["createFleet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/fleets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One fleet */
        get: operations["getFleet"];
        put?: never;
        post?: never;
        /** Delete a fleet that has no devices, with its releases */
        delete: operations["deleteFleet"];
        options?: never;
        head?: never;
        /** Rename a fleet, pin it to a release, change how it is built */
        patch: operations["updateFleet"];
        trace?: never;
    };
    "/api/v1/fleets/{id}/blobs/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A blob of the images and deltas of a fleet; a Range header asks for a part of it */
        get: operations["getFleetBlob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/fleets/{id}/bundles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a file needs that updates boards without a link: signed targets, and the blobs that go with them */
        post: operations["createBundle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/fleets/{id}/forced-release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Let the devices of a fleet switch to its release now, whatever windows and locks say
         * @description Holds until the fleet should run another release.
         */
        put: operations["forceFleetRelease"];
        post?: never;
        /** Let windows and locks count again */
        delete: operations["unforceFleetRelease"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/fleets/{id}/provisioning-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The provisioning keys of a fleet, oldest first */
        get: operations["listProvisioningKeys"];
        put?: never;
        /** Make a key with which boards join the fleet; this answer alone holds it */
        post: operations["createProvisioningKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your organizations, by name */
        get: operations["listOrganizations"];
        put?: never;
        /** Make an organization; you become its admin */
        post: operations["createOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One organization, by id or name */
        get: operations["getOrganization"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The members of an organization, oldest first */
        get: operations["listMembers"];
        put?: never;
        /** Add a user, making the account where there is none yet */
        post: operations["addMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations/{id}/members/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a member; the account stays */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /** Change a member's role */
        patch: operations["updateMember"];
        trace?: never;
    };
    "/api/v1/provisioning-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a key; boards that joined with it stay */
        delete: operations["revokeProvisioningKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process and its database can serve requests */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/releases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The releases of your fleets, newest first */
        get: operations["listReleases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/releases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One release, with its compose project */
        get: operations["getRelease"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Make a draft final, or invalidate a release */
        patch: operations["updateRelease"];
        trace?: never;
    };
    "/api/v1/releases/{id}/deltas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The deltas into the images of a release */
        get: operations["listReleaseDeltas"];
        put?: never;
        /** Have deltas made into the images of a release, and those that failed tried again */
        post: operations["makeReleaseDeltas"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/releases/{id}/downloads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a release costs in bytes, by what the devices of its fleet run now */
        get: operations["getReleaseDownloads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changes, as server-sent events `change`
         * @description Each says what to read again. After a reconnect, read everything once.
         */
        get: operations["streamChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/variables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The variables of a fleet or a device, without secret values */
        get: operations["listVariables"];
        /** Set a variable of a fleet, a device, or one of its services */
        put: operations["setVariable"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/variables/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a variable */
        delete: operations["deleteVariable"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ApiKey: {
            /** Format: uuid */
            id: string;
            name: string;
            prefix: string;
            /** @enum {string} */
            role?: "admin" | "developer" | "operator" | "observer";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt?: string;
            /** Format: date-time */
            lastUsedAt?: string;
        };
        ApiKeyPage: {
            items: components["schemas"]["ApiKey"][];
            nextCursor?: string;
        };
        AuditEntry: {
            id: string;
            /** Format: date-time */
            at: string;
            actor: {
                /** @enum {string} */
                kind: "user" | "api-key" | "device" | "builder" | "system";
                id: string;
                label: string;
            };
            ip?: string;
            action: string;
            resource: {
                kind: string;
                id: string;
            };
            before?: components["schemas"]["Json"];
            after?: components["schemas"]["Json"];
        };
        AuditEntryPage: {
            items: components["schemas"]["AuditEntry"][];
            nextCursor?: string;
        };
        Build: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fleetId: string;
            /** Format: uuid */
            releaseId: string;
            /** @enum {string} */
            state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            attempt: number;
            queuePosition?: number;
            reason?: string;
            /** Format: date-time */
            queuedAt: string;
            /** Format: date-time */
            startedAt?: string;
            /** Format: date-time */
            endedAt?: string;
            /** Format: date-time */
            deadlineAt?: string;
        };
        BuildOutputLine: {
            id: string;
            /** Format: date-time */
            at: string;
            service?: string;
            /** @enum {string} */
            kind: "step" | "output" | "error";
            text: string;
        };
        BuildOutputPage: {
            items: components["schemas"]["BuildOutputLine"][];
            nextCursor?: string;
        };
        BuildPage: {
            items: components["schemas"]["Build"][];
            nextCursor?: string;
        };
        CreatedApiKey: {
            /** Format: uuid */
            id: string;
            name: string;
            prefix: string;
            /** @enum {string} */
            role?: "admin" | "developer" | "operator" | "observer";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt?: string;
            /** Format: date-time */
            lastUsedAt?: string;
            token: string;
        };
        CreatedBundle: {
            bundle: {
                payload: string;
                keyId: string;
                signature: string;
            };
            targets: {
                [key: string]: {
                    payload: string;
                    keyId: string;
                    signature: string;
                };
            };
            blobBytes: number;
            leftOut: {
                /** Format: uuid */
                deviceId: string;
                name: string;
                reason: string;
            }[];
            doubtful: {
                /** Format: uuid */
                deviceId: string;
                name: string;
                reason: string;
            }[];
            withoutDelta: {
                service: string;
                /** @enum {string} */
                platform: "linux/amd64" | "linux/arm64" | "linux/arm/v7" | "linux/arm/v6";
                fromVersions: string[];
                reason: string;
            }[];
        };
        CreatedProvisioningKey: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fleetId: string;
            name: string;
            prefix: string;
            /** Format: date-time */
            expiresAt?: string;
            maxUses?: number;
            uses: number;
            /** Format: date-time */
            revokedAt?: string;
            /** Format: date-time */
            createdAt: string;
            key: string;
        };
        Device: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fleetId: string;
            /** @description organization/fleet */
            fleet: string;
            name: string;
            /** @enum {string} */
            connectivity: "online" | "offline" | "never";
            /** Format: date-time */
            lastSeenAt?: string;
            /** Format: date-time */
            reportedAt?: string;
            /** @enum {string} */
            activity?: "settled" | "updating" | "waiting" | "failing";
            explanation?: string;
            hardware?: components["schemas"]["Hardware"];
            /** Format: uuid */
            targetReleaseId?: string;
            targetVersion?: string;
            /** Format: uuid */
            runningReleaseId?: string;
            runningVersion?: string;
            /** Format: uuid */
            pinnedReleaseId?: string;
            /** Format: uuid */
            confirmedReleaseId?: string;
            confirmedVersion?: string;
            trial?: {
                /** Format: uuid */
                releaseId: string;
                failures?: number;
                lastFailure?: {
                    /** Format: uuid */
                    releaseId: string;
                    version: string;
                    /** Format: date-time */
                    at: string;
                    /** @enum {string} */
                    code: "crash-loop" | "exited" | "unhealthy" | "cannot-start" | "not-confirmed" | "too-slow" | "board-restarted";
                    reason: string;
                };
            };
            rejected?: {
                /** Format: uuid */
                releaseId: string;
                version: string;
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                code: "crash-loop" | "exited" | "unhealthy" | "cannot-start" | "not-confirmed" | "too-slow" | "board-restarted";
                reason: string;
            };
            metrics?: {
                /** Format: date-time */
                at: string;
                cpuPercent?: number;
                loadAverage?: number;
                memoryUsedBytes?: number;
                memoryTotalBytes?: number;
                diskUsedBytes?: number;
                diskTotalBytes?: number;
                temperatureCelsius?: number;
                isUnderVoltage?: boolean;
                wasUnderVoltage?: boolean;
                isThrottled?: boolean;
                wasThrottled?: boolean;
                storageWearPercent?: number;
                storageWrittenBytes?: number;
                linkQualityPercent?: number;
                linkSignalDbm?: number;
                cloudRoundTripMs?: number;
                networkReceivedBytes?: number;
                networkSentBytes?: number;
                uptimeSeconds?: number;
            };
            targetGeneration: number;
            reportedGeneration?: number;
            supervisorVersion?: string;
            updatePolicy: {
                /** @default 60 */
                confirmSeconds: number;
                timeZone?: string;
                /** @default [] */
                downloadWindows: {
                    days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                    weeksOfMonth?: (number | "last")[];
                    from: string;
                    to: string;
                }[];
                /** @default [] */
                switchWindows: {
                    days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                    weeksOfMonth?: (number | "last")[];
                    from: string;
                    to: string;
                }[];
                /** @default 200000000 */
                reserveBytes: number;
                /** @default 2000000000 */
                snapshotMaxBytes: number;
                snapshotUploadHours?: number;
                snapshotUploadBytesPerSecond?: number;
                /** @default false */
                removeVolumesOfFormerApps: boolean;
                transfers: {
                    bytesPerSecond?: number;
                    bytesPerDay?: number;
                    bytesPerMonth?: number;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    appliesTo: "all" | "metered";
                    /**
                     * @default [
                     *       "wwan*",
                     *       "ppp*",
                     *       "rmnet*",
                     *       "wwp*"
                     *     ]
                     */
                    meteredInterfaces: string[];
                    /** @default true */
                    neighbours: boolean;
                    /** @default 900 */
                    waitForDeltaSeconds: number;
                };
                /** Format: uuid */
                forcedReleaseId?: string;
            };
            ownUpdatePolicy: {
                confirmSeconds?: number;
                timeZone?: string;
                downloadWindows?: {
                    days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                    weeksOfMonth?: (number | "last")[];
                    from: string;
                    to: string;
                }[];
                switchWindows?: {
                    days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                    weeksOfMonth?: (number | "last")[];
                    from: string;
                    to: string;
                }[];
                reserveBytes?: number;
                snapshotMaxBytes?: number;
                snapshotUploadHours?: number;
                snapshotUploadBytesPerSecond?: number;
                removeVolumesOfFormerApps?: boolean;
                transfers?: {
                    bytesPerSecond?: number;
                    bytesPerDay?: number;
                    bytesPerMonth?: number;
                    /** @enum {string} */
                    appliesTo?: "all" | "metered";
                    meteredInterfaces?: string[];
                    neighbours?: boolean;
                    waitForDeltaSeconds?: number;
                };
            };
            serviceCounts: {
                [key: string]: number;
            };
            /** Format: date-time */
            createdAt: string;
        };
        DeviceCommand: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            deviceId: string;
            command: {
                /** @enum {string} */
                kind: "update-now";
                /** @default false */
                force: boolean;
            } | {
                /** @enum {string} */
                kind: "restart";
                service?: string;
                /** @default false */
                force: boolean;
            } | {
                /** @enum {string} */
                kind: "stop";
                service: string;
                /** @default false */
                force: boolean;
            } | {
                /** @enum {string} */
                kind: "start";
                service: string;
            } | {
                /** @enum {string} */
                kind: "purge";
                volumes?: string[];
                /** @default false */
                force: boolean;
            } | {
                /** @enum {string} */
                kind: "reboot";
                /** @default false */
                force: boolean;
            } | {
                /** @enum {string} */
                kind: "shutdown";
                /** @default false */
                force: boolean;
            } | {
                /** @enum {string} */
                kind: "create-snapshot";
                volume?: string;
            } | {
                /** @enum {string} */
                kind: "restore-snapshot";
                snapshotId: string;
            } | {
                /** @enum {string} */
                kind: "upload-snapshot";
                snapshotId: string;
            } | {
                /** @enum {string} */
                kind: "remove-snapshot";
                snapshotId: string;
            };
            /** @enum {string} */
            state: "waiting" | "delivered" | "done" | "failed" | "refused" | "expired" | "cancelled";
            detail?: string;
            actor: {
                /** @enum {string} */
                kind: "user" | "api-key" | "device" | "builder" | "system";
                id: string;
                label: string;
            };
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string;
            /** Format: date-time */
            deliveredAt?: string;
            /** Format: date-time */
            endedAt?: string;
        };
        DeviceCommandPage: {
            items: components["schemas"]["DeviceCommand"][];
            nextCursor?: string;
        };
        DeviceDownloadCost: {
            /** Format: uuid */
            deviceId: string;
            /** Format: uuid */
            releaseId: string;
            version: string;
            /** Format: uuid */
            runningReleaseId?: string;
            bytes: number;
            plainBytes: number;
            images: {
                service: string;
                digest: string;
                /** @enum {string} */
                way: "nothing" | "delta" | "layers";
                bytes: number;
                plainBytes: number;
                deltas?: number;
            }[];
            budget?: {
                remainingBytes?: number;
                /** Format: date-time */
                resetsAt?: string;
                metered?: boolean;
                fits: boolean;
            };
        };
        DeviceEvent: {
            id: string;
            /** Format: date-time */
            at: string;
            /** Format: date-time */
            receivedAt: string;
            kind: string;
            actor: {
                /** @enum {string} */
                kind: "user" | "api-key" | "device" | "builder" | "system";
                id: string;
                label: string;
            };
            detail: {
                [key: string]: components["schemas"]["Json"];
            };
        };
        DeviceEventPage: {
            items: components["schemas"]["DeviceEvent"][];
            nextCursor?: string;
        };
        DeviceLogLine: {
            id: string;
            /** Format: date-time */
            at: string;
            service?: string;
            /** @enum {string} */
            stream: "stdout" | "stderr" | "system";
            text: string;
            truncated?: boolean;
        };
        DeviceLogPage: {
            items: components["schemas"]["DeviceLogLine"][];
            nextCursor?: string;
        };
        DeviceMetrics: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            stepSeconds: number;
            samples: {
                /** Format: date-time */
                at: string;
                cpuPercent?: number;
                loadAverage?: number;
                memoryUsedBytes?: number;
                memoryTotalBytes?: number;
                diskUsedBytes?: number;
                diskTotalBytes?: number;
                temperatureCelsius?: number;
                isUnderVoltage?: boolean;
                wasUnderVoltage?: boolean;
                isThrottled?: boolean;
                wasThrottled?: boolean;
                storageWearPercent?: number;
                storageWrittenBytes?: number;
                linkQualityPercent?: number;
                linkSignalDbm?: number;
                cloudRoundTripMs?: number;
                networkReceivedBytes?: number;
                networkSentBytes?: number;
                uptimeSeconds?: number;
            }[];
        };
        DevicePage: {
            items: components["schemas"]["Device"][];
            nextCursor?: string;
        };
        DeviceTarget: {
            generation: number;
            target: {
                protocol: number;
                generation: number;
                device: {
                    /** Format: uuid */
                    id: string;
                    name: string;
                    hardwareUuid: string;
                };
                fleet: {
                    /** Format: uuid */
                    id: string;
                    name: string;
                    organization: string;
                };
                apps: {
                    /** Format: uuid */
                    id: string;
                    name: string;
                    release: {
                        /** Format: uuid */
                        id: string;
                        version: string;
                        commit?: string;
                    };
                    services: {
                        [key: string]: {
                            command?: string[];
                            entrypoint?: string[];
                            /** @default {} */
                            environment: {
                                [key: string]: string;
                            };
                            /** @default {} */
                            labels: {
                                [key: string]: string;
                            };
                            /** @default [] */
                            ports: {
                                target: number;
                                published?: number;
                                /**
                                 * @default tcp
                                 * @enum {string}
                                 */
                                protocol: "tcp" | "udp" | "sctp";
                                hostIp?: string;
                            }[];
                            /** @default [] */
                            expose: string[];
                            /** @default [] */
                            volumes: ({
                                /** @enum {string} */
                                type: "volume";
                                source?: string;
                                /** Format: starts_with */
                                target: string;
                                /** @default false */
                                readOnly: boolean;
                            } | {
                                /** @enum {string} */
                                type: "tmpfs";
                                /** Format: starts_with */
                                target: string;
                                sizeBytes?: number;
                                mode?: number;
                            })[];
                            /** @default {} */
                            networks: {
                                [key: string]: {
                                    /** @default [] */
                                    aliases: string[];
                                    ipv4Address?: string;
                                };
                            };
                            networkMode?: string;
                            /** @default {} */
                            dependsOn: {
                                [key: string]: {
                                    /** @enum {string} */
                                    condition: "service_started" | "service_healthy" | "service_completed_successfully";
                                    /** @default false */
                                    restart: boolean;
                                    /** @default true */
                                    required: boolean;
                                };
                            };
                            healthcheck?: {
                                test?: string[];
                                intervalMs?: number;
                                timeoutMs?: number;
                                startPeriodMs?: number;
                                retries?: number;
                            };
                            /**
                             * @default {
                             *       "name": "always"
                             *     }
                             */
                            restart: {
                                /** @enum {string} */
                                name: "no" | "always" | "on-failure" | "unless-stopped";
                                maximumRetryCount?: number;
                            };
                            /** @default [] */
                            devices: {
                                host: string;
                                container: string;
                                permissions: string;
                            }[];
                            /** @default false */
                            privileged: boolean;
                            /** @default [] */
                            capAdd: string[];
                            /** @default [] */
                            capDrop: string[];
                            /** @default [] */
                            securityOpt: string[];
                            /** @default [] */
                            groupAdd: string[];
                            user?: string;
                            workingDir?: string;
                            /** @default false */
                            readOnly: boolean;
                            /** @default {} */
                            tmpfs: {
                                [key: string]: string;
                            };
                            /** @default {} */
                            ulimits: {
                                [key: string]: {
                                    soft: number;
                                    hard: number;
                                };
                            };
                            /** @default {} */
                            sysctls: {
                                [key: string]: string;
                            };
                            /** @default [] */
                            extraHosts: string[];
                            /** @default [] */
                            dns: string[];
                            /** @default [] */
                            dnsSearch: string[];
                            /** @default [] */
                            dnsOpt: string[];
                            memLimitBytes?: number;
                            memReservationBytes?: number;
                            cpus?: number;
                            cpuShares?: number;
                            cpuset?: string;
                            pidsLimit?: number;
                            shmSizeBytes?: number;
                            oomScoreAdj?: number;
                            stopSignal?: string;
                            stopGracePeriodMs?: number;
                            init?: boolean;
                            /** @default false */
                            tty: boolean;
                            hostname?: string;
                            domainname?: string;
                            ipc?: string;
                            pid?: string;
                            logging?: {
                                driver?: string;
                                /** @default {} */
                                options: {
                                    [key: string]: string;
                                };
                            };
                            image: {
                                repository: string;
                                digest: string;
                                configDigest?: string;
                                sizeBytes?: number;
                                unpackedBytes?: number;
                            };
                        };
                    };
                    /** @default {} */
                    volumes: {
                        [key: string]: {
                            /** @default {} */
                            labels: {
                                [key: string]: string;
                            };
                            driver?: string;
                            /** @default {} */
                            driverOpts: {
                                [key: string]: string;
                            };
                        };
                    };
                    /** @default {} */
                    networks: {
                        [key: string]: {
                            /** @default {} */
                            labels: {
                                [key: string]: string;
                            };
                            driver?: string;
                            /** @default {} */
                            driverOpts: {
                                [key: string]: string;
                            };
                            /** @default false */
                            internal: boolean;
                            /** @default false */
                            enableIpv6: boolean;
                            ipam?: {
                                driver?: string;
                                config: {
                                    subnet: string;
                                    gateway?: string;
                                    ipRange?: string;
                                }[];
                            };
                        };
                    };
                }[];
                /** @default {} */
                config: {
                    [key: string]: string;
                };
                policy: {
                    /** @default 60 */
                    confirmSeconds: number;
                    timeZone?: string;
                    /** @default [] */
                    downloadWindows: {
                        days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                        weeksOfMonth?: (number | "last")[];
                        from: string;
                        to: string;
                    }[];
                    /** @default [] */
                    switchWindows: {
                        days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                        weeksOfMonth?: (number | "last")[];
                        from: string;
                        to: string;
                    }[];
                    /** @default 200000000 */
                    reserveBytes: number;
                    /** @default 2000000000 */
                    snapshotMaxBytes: number;
                    snapshotUploadHours?: number;
                    snapshotUploadBytesPerSecond?: number;
                    /** @default false */
                    removeVolumesOfFormerApps: boolean;
                    transfers: {
                        bytesPerSecond?: number;
                        bytesPerDay?: number;
                        bytesPerMonth?: number;
                        /**
                         * @default all
                         * @enum {string}
                         */
                        appliesTo: "all" | "metered";
                        /**
                         * @default [
                         *       "wwan*",
                         *       "ppp*",
                         *       "rmnet*",
                         *       "wwp*"
                         *     ]
                         */
                        meteredInterfaces: string[];
                        /** @default true */
                        neighbours: boolean;
                        /** @default 900 */
                        waitForDeltaSeconds: number;
                    };
                    /** Format: uuid */
                    forcedReleaseId?: string;
                };
                neighbours?: {
                    /** Format: base64url */
                    key: string;
                };
                supervisor?: {
                    version: string;
                    bundle?: {
                        /** Format: starts_with */
                        path: string;
                        digest: string;
                        sizeBytes: number;
                    };
                    image?: {
                        repository: string;
                        digest: string;
                        configDigest?: string;
                        sizeBytes?: number;
                        unpackedBytes?: number;
                    };
                };
            };
        };
        Fleet: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            organizationId: string;
            organization: string;
            name: string;
            deployBranch: string;
            platforms: ("linux/amd64" | "linux/arm64" | "linux/arm/v7" | "linux/arm/v6")[];
            /** Format: uuid */
            targetReleaseId?: string;
            pinned: boolean;
            revision: number;
            updatePolicy: {
                /** @default 60 */
                confirmSeconds: number;
                timeZone?: string;
                /** @default [] */
                downloadWindows: {
                    days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                    weeksOfMonth?: (number | "last")[];
                    from: string;
                    to: string;
                }[];
                /** @default [] */
                switchWindows: {
                    days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                    weeksOfMonth?: (number | "last")[];
                    from: string;
                    to: string;
                }[];
                /** @default 200000000 */
                reserveBytes: number;
                /** @default 2000000000 */
                snapshotMaxBytes: number;
                snapshotUploadHours?: number;
                snapshotUploadBytesPerSecond?: number;
                /** @default false */
                removeVolumesOfFormerApps: boolean;
                transfers: {
                    bytesPerSecond?: number;
                    bytesPerDay?: number;
                    bytesPerMonth?: number;
                    /**
                     * @default all
                     * @enum {string}
                     */
                    appliesTo: "all" | "metered";
                    /**
                     * @default [
                     *       "wwan*",
                     *       "ppp*",
                     *       "rmnet*",
                     *       "wwp*"
                     *     ]
                     */
                    meteredInterfaces: string[];
                    /** @default true */
                    neighbours: boolean;
                    /** @default 900 */
                    waitForDeltaSeconds: number;
                };
                /** Format: uuid */
                forcedReleaseId?: string;
            };
            deviceCounts: {
                total: number;
                online: number;
                rejected: number;
                failing: number;
            };
            gitUrl: string;
            /** Format: date-time */
            createdAt: string;
        };
        FleetPage: {
            items: components["schemas"]["Fleet"][];
            nextCursor?: string;
        };
        Hardware: {
            /** Format: uuid */
            id: string;
            uuid: string;
            /** @enum {string} */
            platform: "linux/amd64" | "linux/arm64" | "linux/arm/v7" | "linux/arm/v6";
            deviceType?: string;
            serialNumber?: string;
            memoryBytes?: number;
            active: boolean;
            /** Format: date-time */
            registeredAt: string;
            /** Format: date-time */
            retiredAt?: string;
        };
        HardwarePage: {
            items: components["schemas"]["Hardware"][];
            nextCursor?: string;
        };
        ImageDelta: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fleetId: string;
            service: string;
            /** @enum {string} */
            platform: "linux/amd64" | "linux/arm64" | "linux/arm/v7" | "linux/arm/v6";
            from: string;
            to: string;
            fromVersions: string[];
            /** @enum {string} */
            state: "waiting" | "making" | "ready" | "not-worth-it" | "failed";
            sizeBytes?: number;
            plainBytes?: number;
            reason?: string;
            attempts: number;
            /** @enum {string} */
            requestedBy: "build" | "device" | "person";
            /** Format: date-time */
            requestedAt: string;
            /** Format: date-time */
            startedAt?: string;
            /** Format: date-time */
            endedAt?: string;
            /** Format: date-time */
            lastUsedAt?: string;
        };
        ImageDeltas: {
            items: components["schemas"]["ImageDelta"][];
        };
        /** @description Any JSON value */
        Json: Json;
        Member: {
            /** Format: uuid */
            userId: string;
            /** Format: email */
            email: string;
            name: string;
            /** @enum {string} */
            role: "admin" | "developer" | "operator" | "observer";
            /** Format: date-time */
            createdAt: string;
        };
        MemberPage: {
            items: components["schemas"]["Member"][];
            nextCursor?: string;
        };
        Membership: {
            /** Format: uuid */
            organizationId: string;
            organization: string;
            /** @enum {string} */
            role: "admin" | "developer" | "operator" | "observer";
        };
        Organization: {
            /** Format: uuid */
            id: string;
            name: string;
            title: string;
            /** Format: date-time */
            createdAt: string;
        };
        OrganizationPage: {
            items: components["schemas"]["Organization"][];
            nextCursor?: string;
        };
        Problem: {
            /** @description urn:flotilla:problem:<code> */
            type: string;
            title: string;
            status: number;
            /** @description Stable, for programs: fleet-name-taken */
            code: string;
            /** @description One sentence for people that says what to do. */
            detail: string;
            /** @description For invalid input: each member that is wrong, as a JSON pointer. */
            issues?: {
                path: string;
                message: string;
            }[];
            requestId?: string;
        };
        ProvisioningKey: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fleetId: string;
            name: string;
            prefix: string;
            /** Format: date-time */
            expiresAt?: string;
            maxUses?: number;
            uses: number;
            /** Format: date-time */
            revokedAt?: string;
            /** Format: date-time */
            createdAt: string;
        };
        ProvisioningKeyPage: {
            items: components["schemas"]["ProvisioningKey"][];
            nextCursor?: string;
        };
        Release: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fleetId: string;
            version: string;
            /** @enum {string} */
            status: "building" | "failed" | "draft" | "final";
            commit: string;
            branch?: string;
            message?: string;
            author?: string;
            /** Format: uuid */
            buildId?: string;
            failureReason?: string;
            /** Format: date-time */
            invalidatedAt?: string;
            images: components["schemas"]["ReleaseImage"][];
            deviceCounts: {
                targeted: number;
                running: number;
                confirmed: number;
                rejected: number;
            };
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            finalizedAt?: string;
        };
        ReleaseDetail: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fleetId: string;
            version: string;
            /** @enum {string} */
            status: "building" | "failed" | "draft" | "final";
            commit: string;
            branch?: string;
            message?: string;
            author?: string;
            /** Format: uuid */
            buildId?: string;
            failureReason?: string;
            /** Format: date-time */
            invalidatedAt?: string;
            images: components["schemas"]["ReleaseImage"][];
            deviceCounts: {
                targeted: number;
                running: number;
                confirmed: number;
                rejected: number;
            };
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            finalizedAt?: string;
            compose?: {
                services: {
                    [key: string]: {
                        command?: string[];
                        entrypoint?: string[];
                        /** @default {} */
                        environment: {
                            [key: string]: string;
                        };
                        /** @default {} */
                        labels: {
                            [key: string]: string;
                        };
                        /** @default [] */
                        ports: {
                            target: number;
                            published?: number;
                            /**
                             * @default tcp
                             * @enum {string}
                             */
                            protocol: "tcp" | "udp" | "sctp";
                            hostIp?: string;
                        }[];
                        /** @default [] */
                        expose: string[];
                        /** @default [] */
                        volumes: ({
                            /** @enum {string} */
                            type: "volume";
                            source?: string;
                            /** Format: starts_with */
                            target: string;
                            /** @default false */
                            readOnly: boolean;
                        } | {
                            /** @enum {string} */
                            type: "tmpfs";
                            /** Format: starts_with */
                            target: string;
                            sizeBytes?: number;
                            mode?: number;
                        })[];
                        /** @default {} */
                        networks: {
                            [key: string]: {
                                /** @default [] */
                                aliases: string[];
                                ipv4Address?: string;
                            };
                        };
                        networkMode?: string;
                        /** @default {} */
                        dependsOn: {
                            [key: string]: {
                                /** @enum {string} */
                                condition: "service_started" | "service_healthy" | "service_completed_successfully";
                                /** @default false */
                                restart: boolean;
                                /** @default true */
                                required: boolean;
                            };
                        };
                        healthcheck?: {
                            test?: string[];
                            intervalMs?: number;
                            timeoutMs?: number;
                            startPeriodMs?: number;
                            retries?: number;
                        };
                        /**
                         * @default {
                         *       "name": "always"
                         *     }
                         */
                        restart: {
                            /** @enum {string} */
                            name: "no" | "always" | "on-failure" | "unless-stopped";
                            maximumRetryCount?: number;
                        };
                        /** @default [] */
                        devices: {
                            host: string;
                            container: string;
                            permissions: string;
                        }[];
                        /** @default false */
                        privileged: boolean;
                        /** @default [] */
                        capAdd: string[];
                        /** @default [] */
                        capDrop: string[];
                        /** @default [] */
                        securityOpt: string[];
                        /** @default [] */
                        groupAdd: string[];
                        user?: string;
                        workingDir?: string;
                        /** @default false */
                        readOnly: boolean;
                        /** @default {} */
                        tmpfs: {
                            [key: string]: string;
                        };
                        /** @default {} */
                        ulimits: {
                            [key: string]: {
                                soft: number;
                                hard: number;
                            };
                        };
                        /** @default {} */
                        sysctls: {
                            [key: string]: string;
                        };
                        /** @default [] */
                        extraHosts: string[];
                        /** @default [] */
                        dns: string[];
                        /** @default [] */
                        dnsSearch: string[];
                        /** @default [] */
                        dnsOpt: string[];
                        memLimitBytes?: number;
                        memReservationBytes?: number;
                        cpus?: number;
                        cpuShares?: number;
                        cpuset?: string;
                        pidsLimit?: number;
                        shmSizeBytes?: number;
                        oomScoreAdj?: number;
                        stopSignal?: string;
                        stopGracePeriodMs?: number;
                        init?: boolean;
                        /** @default false */
                        tty: boolean;
                        hostname?: string;
                        domainname?: string;
                        ipc?: string;
                        pid?: string;
                        logging?: {
                            driver?: string;
                            /** @default {} */
                            options: {
                                [key: string]: string;
                            };
                        };
                    };
                };
                /** @default {} */
                volumes: {
                    [key: string]: {
                        /** @default {} */
                        labels: {
                            [key: string]: string;
                        };
                        driver?: string;
                        /** @default {} */
                        driverOpts: {
                            [key: string]: string;
                        };
                    };
                };
                /** @default {} */
                networks: {
                    [key: string]: {
                        /** @default {} */
                        labels: {
                            [key: string]: string;
                        };
                        driver?: string;
                        /** @default {} */
                        driverOpts: {
                            [key: string]: string;
                        };
                        /** @default false */
                        internal: boolean;
                        /** @default false */
                        enableIpv6: boolean;
                        ipam?: {
                            driver?: string;
                            config: {
                                subnet: string;
                                gateway?: string;
                                ipRange?: string;
                            }[];
                        };
                    };
                };
            };
            rejections: {
                /** @enum {string} */
                code: "crash-loop" | "exited" | "unhealthy" | "cannot-start" | "not-confirmed" | "too-slow" | "board-restarted";
                reason: string;
                devices: number;
                last: {
                    /** Format: uuid */
                    deviceId: string;
                    device: string;
                    /** Format: date-time */
                    at: string;
                };
            }[];
        };
        ReleaseDownloads: {
            /** Format: uuid */
            releaseId: string;
            version: string;
            totals: {
                devices: number;
                devicesWithAll: number;
                bytes: number;
                plainBytes: number;
                mostBytes: number;
            };
            deltas: {
                pending: number;
                ready: number;
                notWorthIt: number;
                failed: number;
                readyInSeconds?: number;
            };
            images: {
                service: string;
                /** @enum {string} */
                platform: "linux/amd64" | "linux/arm64" | "linux/arm/v7" | "linux/arm/v6";
                digest: string;
                sizeBytes: number;
                unpackedBytes?: number;
                sources: {
                    /** Format: uuid */
                    releaseId?: string;
                    version?: string;
                    digest?: string;
                    devices: number;
                    /** @enum {string} */
                    way: "nothing" | "delta" | "layers";
                    bytes: number;
                    plainBytes: number;
                    deltas?: number;
                    delta?: {
                        /** @enum {string} */
                        state: "waiting" | "making" | "ready" | "not-worth-it" | "failed";
                        sizeBytes?: number;
                        reason?: string;
                    };
                }[];
            }[];
        };
        ReleaseImage: {
            service: string;
            /** @enum {string} */
            platform: "linux/amd64" | "linux/arm64" | "linux/arm/v7" | "linux/arm/v6";
            repository: string;
            digest: string;
            configDigest: string;
            sizeBytes: number;
            unpackedBytes?: number;
        };
        ReleasePage: {
            items: components["schemas"]["Release"][];
            nextCursor?: string;
        };
        ReportedState: {
            number: number;
            /** Format: date-time */
            at: string;
            /** Format: date-time */
            receivedAt: string;
            state: {
                supervisor?: {
                    version: string;
                    /** Format: date-time */
                    startedAt?: string;
                };
                host?: {
                    os?: string;
                    kernel?: string;
                    engine?: string;
                    addresses?: string;
                    bootId?: string;
                    hostname?: string;
                    rebootNeeded?: boolean;
                    clockKnown?: boolean;
                    timeZone?: string;
                };
                generation?: number;
                /** @enum {string} */
                activity?: "settled" | "updating" | "waiting" | "failing";
                explanation?: string;
                transfers?: {
                    usedToday: number;
                    usedThisMonth: number;
                    remainingBytes?: number;
                    /** Format: date-time */
                    resetsAt?: string;
                    metered?: boolean;
                };
                tags?: {
                    [key: string]: string;
                };
                /** @default {} */
                apps: {
                    [key: string]: {
                        /** Format: uuid */
                        releaseId?: string;
                        /** Format: uuid */
                        confirmedReleaseId?: string;
                        trial?: {
                            /** Format: uuid */
                            releaseId: string;
                            failures?: number;
                            lastFailure?: {
                                /** Format: uuid */
                                releaseId: string;
                                version: string;
                                /** Format: date-time */
                                at: string;
                                /** @enum {string} */
                                code: "crash-loop" | "exited" | "unhealthy" | "cannot-start" | "not-confirmed" | "too-slow" | "board-restarted";
                                reason: string;
                                /** @default {} */
                                services: {
                                    [key: string]: {
                                        reason: string;
                                        exitCode?: number;
                                        oomKilled?: boolean;
                                        healthOutput?: string;
                                        lastLines?: string;
                                    };
                                };
                            };
                        };
                        rejected?: {
                            /** Format: uuid */
                            releaseId: string;
                            version: string;
                            /** Format: date-time */
                            at: string;
                            /** @enum {string} */
                            code: "crash-loop" | "exited" | "unhealthy" | "cannot-start" | "not-confirmed" | "too-slow" | "board-restarted";
                            reason: string;
                            /** @default {} */
                            services: {
                                [key: string]: {
                                    reason: string;
                                    exitCode?: number;
                                    oomKilled?: boolean;
                                    healthOutput?: string;
                                    lastLines?: string;
                                };
                            };
                        };
                        snapshots?: {
                            [key: string]: {
                                volume: string;
                                /** Format: date-time */
                                at: string;
                                /** @enum {string} */
                                cause: "update" | "manual" | "schedule";
                                /** Format: uuid */
                                releaseId?: string;
                                /** @enum {string} */
                                method?: "reflink" | "copy";
                                sizeBytes?: number;
                                uploaded?: boolean;
                            };
                        };
                        /** @default {} */
                        services: {
                            [key: string]: {
                                /** @enum {string} */
                                status: "waiting" | "downloading" | "downloaded" | "installing" | "created" | "running" | "restarting" | "paused" | "exited" | "dead" | "stopping";
                                containerId?: string;
                                imageDigest?: string;
                                /** @enum {string} */
                                health?: "starting" | "healthy" | "unhealthy";
                                /** Format: date-time */
                                startedAt?: string;
                                exitCode?: number;
                                restartCount?: number;
                                progressPercent?: number;
                                download?: {
                                    doneBytes: number;
                                    neededBytes: number;
                                    bytesPerSecond?: number;
                                    /** Format: date-time */
                                    endsAt?: string;
                                    /** @enum {string} */
                                    way: "layers" | "delta";
                                    neighbourBytes?: number;
                                    bundleBytes?: number;
                                };
                                error?: string;
                                oomKilled?: boolean;
                                lock?: string;
                            };
                        };
                    };
                };
            };
        };
        Session: {
            token: string;
            /** Format: date-time */
            expiresAt: string;
            user: components["schemas"]["User"];
        };
        Status: {
            /** @enum {string} */
            status: "ok";
        };
        UploadedSnapshot: {
            volume: string;
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            cause: "update" | "manual" | "schedule";
            /** Format: uuid */
            releaseId?: string;
            sizeBytes?: number;
            /** Format: uuid */
            appId: string;
            id: string;
            /** @enum {string} */
            status: "uploading" | "stored";
            receivedBytes: number;
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            storedAt?: string;
        };
        UploadedSnapshots: {
            items: components["schemas"]["UploadedSnapshot"][];
        };
        User: {
            /** Format: uuid */
            id: string;
            /** Format: email */
            email: string;
            name: string;
            /** Format: date-time */
            createdAt: string;
        };
        Variable: {
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            fleetId?: string;
            /** Format: uuid */
            deviceId?: string;
            service?: string;
            /** @enum {string} */
            kind: "environment" | "config";
            name: string;
            value?: string;
            secret: boolean;
            /** Format: date-time */
            updatedAt: string;
        };
        VariablePage: {
            items: components["schemas"]["Variable"][];
            nextCursor?: string;
        };
        Whoami: {
            user: components["schemas"]["User"];
            memberships: components["schemas"]["Membership"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listApiKeys: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    /** @enum {string} */
                    role?: "admin" | "developer" | "operator" | "observer";
                    expiresInSeconds?: number;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedApiKey"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAuditEntries: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntryPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SignInController_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    password: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SignInController_logout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SignInController_changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    currentPassword: string;
                    newPassword: string;
                };
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SignInController_whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Whoami"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBuilds: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                fleet?: string;
                release?: string;
                state?: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelBuild: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBuildOutput: {
        parameters: {
            query?: {
                limit?: number;
                after?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildOutputPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamBuildOutput: {
        parameters: {
            query?: {
                after?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["BuildOutputLine"] | components["schemas"]["Build"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDevices: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                fleet?: string;
                organization?: string;
                name?: string;
                uuid?: string;
                q?: string;
                connectivity?: "online" | "offline" | "never";
                activity?: "settled" | "updating" | "waiting" | "failing";
                rejected?: string;
                rejectedRelease?: string;
                confirmedRelease?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteDevice: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateDevice: {
        parameters: {
            query?: never;
            header?: {
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    /** Format: uuid */
                    fleetId?: string;
                    pinnedReleaseId?: string | null;
                    updatePolicy?: {
                        confirmSeconds?: number | null;
                        timeZone?: string | null;
                        downloadWindows?: {
                            days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                            weeksOfMonth?: (number | "last")[];
                            from: string;
                            to: string;
                        }[] | null;
                        switchWindows?: {
                            days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                            weeksOfMonth?: (number | "last")[];
                            from: string;
                            to: string;
                        }[] | null;
                        reserveBytes?: number | null;
                        snapshotMaxBytes?: number | null;
                        snapshotUploadHours?: number | null;
                        snapshotUploadBytesPerSecond?: number | null;
                        removeVolumesOfFormerApps?: boolean | null;
                        transfers?: {
                            bytesPerSecond?: number | null;
                            bytesPerDay?: number | null;
                            bytesPerMonth?: number | null;
                            appliesTo?: ("all" | "metered") | null;
                            meteredInterfaces?: string[] | null;
                            neighbours?: boolean | null;
                            waitForDeltaSeconds?: number | null;
                        } | null;
                    };
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeviceCommands: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                open?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCommandPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createDeviceCommand: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "update-now";
                    /** @default false */
                    force?: boolean;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "restart";
                    service?: string;
                    /** @default false */
                    force?: boolean;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "stop";
                    service: string;
                    /** @default false */
                    force?: boolean;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "start";
                    service: string;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "purge";
                    volumes?: string[];
                    /** @default false */
                    force?: boolean;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "reboot";
                    /** @default false */
                    force?: boolean;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "shutdown";
                    /** @default false */
                    force?: boolean;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "create-snapshot";
                    volume?: string;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "restore-snapshot";
                    snapshotId: string;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "upload-snapshot";
                    snapshotId: string;
                } | {
                    /** @default 86400 */
                    expiresInSeconds?: number;
                    /** @enum {string} */
                    kind: "remove-snapshot";
                    snapshotId: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCommand"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeviceCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                commandId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCommand"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelDeviceCommand: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
                commandId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCommand"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeviceDownloadCost: {
        parameters: {
            query?: {
                release?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceDownloadCost"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeviceEvents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceEventPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forceDeviceRelease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    releaseId: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unforceDeviceRelease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHardware: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HardwarePage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeviceLogs: {
        parameters: {
            query?: {
                limit?: number;
                service?: string;
                before?: string;
                after?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceLogPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamDeviceLogs: {
        parameters: {
            query?: {
                service?: string;
                after?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["DeviceLogLine"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeviceMetrics: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                step?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceMetrics"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSnapshots: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedSnapshots"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSnapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                snapshotId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadedSnapshot"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSnapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                snapshotId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    downloadSnapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                snapshotId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": string;
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeviceState: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportedState"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeviceTarget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTarget"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFleets: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                organization?: string;
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createFleet: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    organization: string;
                    name: string;
                    /** @default main */
                    deployBranch?: string;
                    /** @default [] */
                    platforms?: ("linux/amd64" | "linux/arm64" | "linux/arm/v7" | "linux/arm/v6")[];
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fleet"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFleet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fleet"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteFleet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateFleet: {
        parameters: {
            query?: never;
            header?: {
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name?: string;
                    deployBranch?: string;
                    platforms?: ("linux/amd64" | "linux/arm64" | "linux/arm/v7" | "linux/arm/v6")[];
                    pinnedReleaseId?: string | null;
                    updatePolicy?: {
                        confirmSeconds?: number | null;
                        timeZone?: string | null;
                        downloadWindows?: {
                            days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                            weeksOfMonth?: (number | "last")[];
                            from: string;
                            to: string;
                        }[] | null;
                        switchWindows?: {
                            days?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[];
                            weeksOfMonth?: (number | "last")[];
                            from: string;
                            to: string;
                        }[] | null;
                        reserveBytes?: number | null;
                        snapshotMaxBytes?: number | null;
                        snapshotUploadHours?: number | null;
                        snapshotUploadBytesPerSecond?: number | null;
                        removeVolumesOfFormerApps?: boolean | null;
                        transfers?: {
                            bytesPerSecond?: number | null;
                            bytesPerDay?: number | null;
                            bytesPerMonth?: number | null;
                            appliesTo?: ("all" | "metered") | null;
                            meteredInterfaces?: string[] | null;
                            neighbours?: boolean | null;
                            waitForDeltaSeconds?: number | null;
                        } | null;
                    };
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fleet"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getFleetBlob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                digest: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createBundle: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    releaseId?: string;
                    devices?: string[];
                    deltaFrom?: string[];
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedBundle"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forceFleetRelease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    releaseId: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fleet"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unforceFleetRelease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fleet"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProvisioningKeys: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProvisioningKeyPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProvisioningKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default provisioning key */
                    name?: string;
                    expiresInSeconds?: number;
                    maxUses?: number;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedProvisioningKey"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOrganizations: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    title?: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberPage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: email */
                    email: string;
                    name?: string;
                    /** @enum {string} */
                    role: "admin" | "developer" | "operator" | "observer";
                    password?: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateMember: {
        parameters: {
            query?: never;
            header?: {
                "if-match"?: string;
            };
            path: {
                id: string;
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    role: "admin" | "developer" | "operator" | "observer";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeProvisioningKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReleases: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                fleet?: string;
                status?: "building" | "failed" | "draft" | "final";
                version?: string;
                commit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleasePage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRelease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseDetail"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateRelease: {
        parameters: {
            query?: never;
            header?: {
                "if-match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    status?: "final";
                    invalidated?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseDetail"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listReleaseDeltas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageDeltas"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    makeReleaseDeltas: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, new for each thing to make: a repeated request answers what the first did. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    from?: string[];
                };
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageDeltas"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReleaseDownloads: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseDownloads"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamChanges: {
        parameters: {
            query?: {
                organization?: string;
                fleet?: string;
                device?: string;
                build?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": {
                        /** @enum {string} */
                        kind: "fleet" | "device" | "device-logs" | "device-events" | "device-commands" | "release" | "build" | "build-output" | "variables";
                        /** Format: uuid */
                        id: string;
                        /** Format: uuid */
                        fleetId?: string;
                    };
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listVariables: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                fleet?: string;
                device?: string;
                service?: string;
                inherited?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VariablePage"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setVariable: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: uuid */
                    fleetId?: string;
                    /** Format: uuid */
                    deviceId?: string;
                    service?: string;
                    /**
                     * @default environment
                     * @enum {string}
                     */
                    kind?: "environment" | "config";
                    name: string;
                    value: string;
                    /** @default false */
                    secret?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Variable"];
                };
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteVariable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: what is wrong, and what to do */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
