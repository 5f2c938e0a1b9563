import type { Paint } from './paint.js';

/** Jobs by what they became; structurally what run/ counts. */
type Moved = Readonly<Record<'moved' | 'renamed' | 'rearmed' | 'repeated' | 'retired' | 'dropped', number>>;

/** Where a following run stands; seconds. */
export interface FollowView {
  readonly passed: number;
  readonly for: number | null;
  readonly untilQuiet: number | null;
}

/** `90` → `2 min`, `40` → `40 s`. */
function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}

const n = (count: number): string => count.toLocaleString('en-US');

/** The line with which following begins. */
export function followEvent({ for: whole, untilQuiet }: FollowView): string {
  const ends = [
    ...(whole === null ? [] : [`after ${span(whole)}`]),
    ...(untilQuiet === null ? [] : [`when no client has added anything for ${span(untilQuiet)}`]),
    'at Ctrl-C',
  ];
  return `Following: what clients still add to rq-scheduler's schedule is moved at once. It ends ${ends.join(', or ')}.`;
}

/** `3 jobs moved, 1 recurring`. */
export function movedText(jobs: Moved): string {
  const plain = jobs.moved + jobs.renamed;
  const parts = [`${n(plain)} ${plain === 1 ? 'job' : 'jobs'} moved`];
  const recurring = jobs.rearmed + jobs.repeated + jobs.retired;
  if (recurring > 0) parts.push(`${n(recurring)} recurring`);
  if (jobs.dropped > 0) parts.push(`${n(jobs.dropped)} dropped`);
  return parts.join(', ');
}

/** The progress line; `quiet`: seconds since a client last added something. */
export function followProgress(jobs: Moved, left: number, quiet: number, view: FollowView): string {
  const parts = [`Following for ${span(view.passed)}: ${movedText(jobs)}`];
  if (left > 0) parts.push(`${n(left)} left`);
  const until = view.untilQuiet === null ? '' : ` of ${span(view.untilQuiet)}`;
  parts.push(`quiet for ${span(quiet)}${until}`);
  if (view.for !== null) parts.push(`${span(view.for - view.passed)} to go`);
  return `${parts.join(', ')} (Ctrl-C ends)`;
}

const WHY = {
  signal: 'until asked to stop',
  time: 'until its time was over',
  quiet: 'until no client added anything any more',
} as const;

/** What following came to. */
export function followEnd(
  result: { readonly reason: keyof typeof WHY; readonly jobs: Moved; readonly left: number },
  paint: Paint,
): string {
  const left =
    result.left > 0
      ? `; ${n(result.left)} ${result.left === 1 ? 'stays' : 'stay'} in rq-scheduler's schedule`
      : '';
  return `${paint.green('Followed')} ${WHY[result.reason]}: ${movedText(result.jobs)} since the run${left}.`;
}
