/**
 * A start of rq-scheduler as it stands in a text that is known to be a command: its program, Django's command,
 * Flask-RQ2's, or its module.
 */
const START =
  /(?:^|[\s"'`/=:&|;([,@-])(?:rqscheduler(?![\w.@-])|-m[\s"',]+rq_scheduler\b)|\bflask\b[^\n]*?\brq[\s"',]+scheduler\b/;

/** Does the text of a command start rq-scheduler somewhere, in whatever form? */
export function mentionsStart(command: string): boolean {
  return START.test(command);
}
