import { accountJournal, judgeJobs, queuedIds } from './accounting.js';
import * as canary from './canary.js';
import { type Connection, type ConnectLimits, openConnection } from './connection.js';
import { dumpKeys, readValue } from './copy.js';
import * as entries from './entries.js';
import { schedulerLockKey } from './keys.js';
import {
  acquireCanaryLock,
  acquireLegacyLock,
  acquireRunLock,
  LockKeeper,
  releaseLegacyLock,
  releaseLocks,
} from './lock.js';
import { moveBatch, rollbackBatch } from './moves.js';
import * as overview from './overview.js';
import type { RedisPort } from './port.js';
import { repairEntries } from './repairs.js';
import { beginRun, currentRun, finishRun, listRuns, readRun } from './runs.js';
import * as series from './series.js';
import { checkServer, type ServerInfo, serverTime } from './server.js';
import { parseRedisUrl } from './url.js';

/**
 * Connects and checks that the server can be used. Throws RedisUrlError for the URL itself and RedisProblem
 * for everything else; the connection is closed then.
 */
export async function connectRedis(url: string, limits: ConnectLimits = {}): Promise<RedisPort> {
  const target = parseRedisUrl(url);
  const connection = await openConnection(target, limits);
  try {
    const server = await checkServer(connection);
    // After the check: in cluster mode a database number is not what is wrong.
    if (target.db !== 0) await connection.call('SELECT', target.db);
    return portOf(connection, server);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function portOf(connection: Connection, server: ServerInfo): RedisPort {
  return {
    server,
    time: () => serverTime(connection),
    close: () => connection.close(),

    legacyCount: () => entries.legacyCount(connection),
    legacyDue: (until) => entries.legacyDue(connection, until),
    pageLegacy: (cursor, count) => entries.pageLegacy(connection, cursor, count),
    pageScheduled: (queue, cursor, count) => entries.pageScheduled(connection, queue, cursor, count),
    readJobs: (jobs, options) => entries.readJobs(connection, jobs, options),
    dumpKeys: (keys) => dumpKeys(connection, keys),
    readValue: (key) => readValue(connection, key),
    schedulerKeys: () => overview.findSchedulerKeys(connection),
    legacyState: (keys) => overview.legacyState(connection, keys),
    nativeQueues: (keys, overdueBefore, also) => overview.nativeQueues(connection, keys, overdueBefore, also),
    suspended: () => overview.suspended(connection),
    schedulers: (keys) => overview.schedulers(connection, keys),
    workers: () => overview.workers(connection),
    cronProcesses: () => overview.cronProcesses(connection),
    seriesIds: () => series.seriesIds(connection),
    readSeries: (ids, options) => series.readSeries(connection, ids, options),
    schedulerLock: (queue) => overview.readLock(connection, schedulerLockKey(queue)),
    accountJournal: (runId, after) => accountJournal(connection, runId, after),
    judgeJobs: (jobs) => judgeJobs(connection, jobs),
    queuedIds: (queue) => queuedIds(connection, queue),
    currentRun: () => currentRun(connection),
    listRuns: (count) => listRuns(connection, count),
    readRun: (runId) => readRun(connection, runId),

    acquireRunLock: (request) => acquireRunLock(connection, request),
    acquireLegacyLock: (run, wait) => acquireLegacyLock(connection, run, wait),
    keepLocks: (run, legacy, everyMs) => new LockKeeper(connection, run, legacy, everyMs),
    releaseLegacyLock: (legacy) => releaseLegacyLock(connection, legacy),
    releaseLocks: (run, legacy) => releaseLocks(connection, run, legacy),

    beginRun: (lock, request) => beginRun(connection, lock, request),
    finishRun: (lock, runId, now) => finishRun(connection, lock, runId, now),
    moveBatch: (fence, steps) => moveBatch(connection, fence, steps),
    repairSeries: (lock, run, steps) => series.repairSeries(connection, lock, run, steps),
    repairEntries: (lock, run, steps) => repairEntries(connection, lock, run, steps),
    rollbackBatch: (run, runId, metas) => rollbackBatch(connection, run, runId, metas),

    acquireCanaryLock: (request) => acquireCanaryLock(connection, request),
    releaseCanaryLock: (lock) => canary.releaseCanaryLock(connection, lock),
    pushCanary: (lock, one) => canary.pushCanary(connection, lock, one),
    scheduleCanary: (lock, one, due) => canary.scheduleCanary(connection, lock, one, due),
    lookAtCanaries: (lock, ids) => canary.lookAtCanaries(connection, lock, ids),
    leftCanaries: () => canary.leftCanaries(connection),
    removeCanary: (lock, one) => canary.removeCanary(connection, lock, one),
  };
}
