const secrets = new Set<string>();

/** Remembers a password so that it never appears in any output, in whatever text it turns up. */
export function keepSecret(secret: string | undefined | null): void {
  // Very short strings would blank ordinary words; URLs are caught by their shape below.
  if (secret && secret.length >= 4) {
    secrets.add(secret);
    secrets.add(encodeURIComponent(secret));
  }
}

const URL_PASSWORD = /\b([a-z][a-z0-9+.-]*:\/\/[^\s:@/?#'"]*):([^\s@/'"]+)@/gi;

/** `DB_PASSWORD=x`, `"apiToken": "x"`, `- SECRET_KEY: x`: a diff shows such lines as its context. `==` sets nothing (`SecretStorage==3.1`), and `::` ends the title of an annotation of GitHub. */
const NAMED_SECRET =
  /\b(\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)\w*\\?["']?[ \t]*(?:=(?!=)|:(?!:))[ \t]*\\?["']?)([^\s"'\\,}]+)/gi;

/** `secrets: [db, token]`, as compose files write it, has the names of secrets and nothing secret. */
const LIST_OF_NAMES = /^secrets["']?\s*:/i;

const REFERENCE = /^\$|^\*\*\*$|^\/run\/secrets\//;

/**
 * Replaces remembered secrets, the password part of every URL, and the value of every setting
 * that is named like a secret by `***`. A variable reference (`${REDIS_PASSWORD}`) tells nothing and stays.
 */
export function redact(text: string): string {
  let out = text.replace(URL_PASSWORD, (whole, head: string, password: string) =>
    REFERENCE.test(password) ? whole : `${head}:***@`,
  );
  out = out.replace(NAMED_SECRET, (whole, head: string, value: string) =>
    REFERENCE.test(value) || (LIST_OF_NAMES.test(head) && value.startsWith('[')) ? whole : `${head}***`,
  );
  for (const secret of secrets) out = out.replaceAll(secret, '***');
  return out;
}
