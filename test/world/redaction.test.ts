import { describe, expect, it } from 'vitest';
import { keepSecret, redact } from '../../src/world/redaction.js';

describe('redaction', () => {
  it.each([
    ['redis://:s3cr3t@host:6379/0'],
    ['rediss://user:s3cr3t@host/0 and more'],
    ['"url":"redis://:s3cr3t@host"'],
    ['+DB_PASSWORD=s3cr3t'],
    ['  - SECRET_KEY: "s3cr3t"'],
    ['{"diff":" API_TOKEN=s3cr3t\\n+x"}'],
    ["export ACCESS_KEY='s3cr3t'"],
  ])('hides the secret in %s and nothing else', (text) => {
    expect(redact(text)).toBe(text.replace('s3cr3t', '***'));
  });

  it.each([
    ['redis://host:6379/0'],
    ['redis://user@host:6379/0'],
    ['redis://:\x24{REDIS_PASSWORD}@redis:6379/0'],
    ['DB_PASSWORD=\x24{DB_PASSWORD}'],
    ['POSTGRES_PASSWORD_FILE: /run/secrets/pg'],
    ['-rq-scheduler==0.13.1'],
    ['-    secrets: [db_password, token]'],
  ])('leaves %s alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('hides a remembered secret wherever it turns up, also percent-encoded', () => {
    keepSecret('p@ss/word');
    expect(redact('AUTH p@ss/word failed, p%40ss%2Fword')).toBe('AUTH *** failed, ***');
  });

  it('leaves pinned versions alone', () => {
    expect(redact('SecretStorage==3.1.0 tokenize-rt>=5')).toBe('SecretStorage==3.1.0 tokenize-rt>=5');
    const annotation = '::error title=migrate-scheduler worker-listening%3A tokens::no live worker';
    expect(redact(annotation)).toBe(annotation);
  });
});
