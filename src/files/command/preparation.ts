import type { Arg } from './expand.js';

/** Commands that change nothing but their own shell or container, or only wait. */
const PREPARATION = new Set(
  (
    'true false : set cd echo printf sleep export unset wait trap read shift exit return local readonly umask ' +
    'ulimit test [ [[ ]] nc ncat ping mkdir chmod chown ls cat touch rm ln cp date id whoami hostname pg_isready ' +
    'wait-for-it wait-for wait-for-it.sh wait-for.sh wait dockerize source . activate break continue kill ' +
    'pip pip3 apt-get apk mysqladmin nproc tail head tee tr cut sort sed awk grep egrep find ps pgrep pkill killall ' +
    'mktemp envsubst printenv'
  ).split(' '),
);

/** True for a command that does no work of the application: waiting, preparing, installing. */
export function isPreparation(name: string, args: readonly Arg[]): boolean {
  if (PREPARATION.has(name)) return true;
  const words = args.slice(1).map((arg) => arg.value);
  if (name === 'redis-cli') return words.some((word) => /^ping$/i.test(word));
  if (name === 'psql') return words.some((word) => /^\\[ql]$|^select 1;?$/i.test(word));
  if (name === 'curl' || name === 'wget')
    return !words.some((word) => /^-(X|d|-request|-data|-post)/.test(word));
  return /^(poetry|pipenv|uv|pdm)$/.test(name) && /^(install|sync)$/.test(words[0] ?? '');
}
