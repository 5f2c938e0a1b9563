export type RedisProblemCode =
  | 'redis-unreachable'
  | 'redis-auth'
  | 'redis-tls'
  | 'redis-not-redis'
  | 'redis-readonly'
  | 'redis-cluster'
  | 'redis-noperm'
  | 'redis-too-old'
  | 'redis-wrongtype'
  | 'redis-oom'
  | 'redis-loading'
  | 'redis-lost';

export type ProblemArgs = Readonly<Record<string, string | number | boolean | null>>;

/**
 * What is wrong between the tool and Redis. `args.detail` is the original message, `args.reason`
 * a finer code where one message covers several causes; neither contains a password.
 */
export class RedisProblem extends Error {
  constructor(
    readonly code: RedisProblemCode,
    readonly args: ProblemArgs,
  ) {
    super(`${code}: ${args.detail ?? ''}`);
    this.name = 'RedisProblem';
  }
}

/** A lock is no longer ours: another run (`run`) or a scheduler in its pass (`legacy`) has it. */
export class LockLost extends Error {
  constructor(readonly which: 'run' | 'legacy') {
    super(`lost the ${which} lock`);
    this.name = 'LockLost';
  }
}

/** `connect`: nothing has been answered yet; `use`: the connection was good. */
export type ProblemPhase = 'connect' | 'use';

type Rule = readonly [RegExp, RedisProblemCode, ((message: string) => ProblemArgs)?];

const reason = (value: string) => (): ProblemArgs => ({ reason: value });

/**
 * Redis's replies (server.h shared errors of 5.0 to 8.x). Not anchored: before 7.0 an error raised in a
 * script arrives wrapped in `ERR Error running script …`.
 */
const REPLIES: readonly Rule[] = [
  [/\bNOAUTH\b/, 'redis-auth', reason('required')],
  [/\bWRONGPASS\b|ERR invalid password/i, 'redis-auth', reason('rejected')],
  [/no password is set|without any password configured/i, 'redis-auth', reason('none-configured')],
  [/wrong number of arguments for 'auth'/i, 'redis-auth', reason('no-users')],
  [/\bDENIED\b.*protected mode/i, 'redis-auth', reason('protected-mode')],
  [/\bNOPERM\b|user executing the script can't|ACL failure in script/i, 'redis-noperm', missingPermission],
  [/unknown (?:redis )?command/i, 'redis-noperm', unknownCommand],
  [/\bREADONLY\b/, 'redis-readonly', reason('replica')],
  [/\bNOREPLICAS\b/, 'redis-readonly', reason('too-few-replicas')],
  [/\bMISCONF\b/, 'redis-readonly', reason('cannot-persist')],
  [/\bMOVED \d|\bCROSSSLOT\b|\bCLUSTERDOWN\b|not allowed in cluster mode/i, 'redis-cluster'],
  [/\bWRONGTYPE\b/, 'redis-wrongtype', (m) => ({ key: /\bWRONGTYPE (\S+:.*)$/s.exec(m)?.[1] ?? null })],
  [/\bOOM\b/, 'redis-oom'],
  [/\bLOADING\b/, 'redis-loading', reason('loading')],
  [/\bMASTERDOWN\b/, 'redis-loading', reason('master-down')],
  [/\bBUSY\b.*script/i, 'redis-loading', reason('busy-script')],
  [/max number of clients/i, 'redis-unreachable', reason('max-clients')],
  [/DB index is out of range|invalid DB index/i, 'redis-unreachable', reason('db-out-of-range')],
];

const UNREACHABLE =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOENT|EACCES|ENOTSOCK|EPERM|EADDRNOTAVAIL|EINVAL)$/;
const LOST = /^(ECONNRESET|EPIPE|ECONNABORTED)$/;
const TLS = /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_OSSL)/;

/**
 * Names what went wrong. Returns a RedisProblem or LockLost; an error that is neither (a fault of ours)
 * comes back unchanged.
 */
export function toRedisProblem(error: unknown, phase: ProblemPhase = 'use'): Error {
  if (error instanceof RedisProblem || error instanceof LockLost) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  const message = error.message;
  const fenced = /\bFENCED (run|legacy)\b/.exec(message)?.[1];
  if (fenced) return new LockLost(fenced as 'run' | 'legacy');
  if (error.name === 'ReplyError' || error.name === 'SimpleError' || error.name === 'BlobError') {
    for (const [pattern, code, args] of REPLIES) {
      if (pattern.test(message)) return problem(code, message, args?.(message));
    }
    return error;
  }
  return transport(error, phase) ?? error;
}

function transport(error: Error, phase: ProblemPhase): RedisProblem | null {
  const message = error.message;
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  const strange = /Unknown RESP type (\d+)/.exec(message);
  // 21 (alert) and 22 (handshake) open a TLS record: the port speaks TLS, we did not.
  if (strange) return problem(/^2[12]$/.test(strange[1] ?? '') ? 'redis-tls' : 'redis-not-redis', message);
  if (TLS.test(code)) return problem('redis-tls', message, { reason: code });
  if (phase === 'use') {
    const gone = LOST.test(code) || UNREACHABLE.test(code);
    if (
      gone ||
      /Connection is closed|Command timed out|aborted due to connection close|Stream isn't writeable/i.test(
        message,
      )
    ) {
      return problem('redis-lost', message, { reason: /timed out/i.test(message) ? 'timeout' : 'closed' });
    }
    return null;
  }
  if (UNREACHABLE.test(code)) return problem('redis-unreachable', message, { reason: code });
  if (
    LOST.test(code) ||
    /Connection is closed|aborted due to connection close|Stream isn't writeable/i.test(message)
  ) {
    return problem('redis-not-redis', message, { reason: 'closed' });
  }
  return /timed out/i.test(message) ? problem('redis-not-redis', message, { reason: 'silent' }) : null;
}

function problem(code: RedisProblemCode, detail: string, args: ProblemArgs = {}): RedisProblem {
  return new RedisProblem(code, { ...args, detail });
}

function missingPermission(message: string): ProblemArgs {
  const command = /'([^']+)' command|run the '([^']+)'/.exec(message);
  const isKey = /access (?:a|one of|at least one of) .*key|access a key/i.test(message);
  return { reason: isKey ? 'key' : 'command', command: command?.[1] ?? command?.[2] ?? null };
}

function unknownCommand(message: string): ProblemArgs {
  return { reason: 'disabled', command: /command[:,]? ['`]([^'`]+)['`]/i.exec(message)?.[1] ?? null };
}
