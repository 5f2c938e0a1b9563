import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/files/diff.js';
import { FileUnreadableError, readProjectFiles } from '../../src/world/project-files.js';
import {
  FileChangedError,
  fileHash,
  fileMode,
  PathOutsideError,
  planFileBytes,
  removeFile,
  restoreBackup,
  saveBackup,
  writeFileAtomically,
} from '../../src/world/write-files.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'project-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string | Buffer = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

describe('readProjectFiles', () => {
  const found = async () => (await readProjectFiles(root, (p) => p.endsWith('.yml'))).map((f) => f.path);

  it('finds wanted files, scripts and lock files, and nothing of foreign folders', async () => {
    for (const path of [
      'a.yml',
      'sub/b.yml',
      'run.sh',
      'Dockerfile.prod',
      'app/w.py',
      'uv.lock',
      'bin/start',
    ])
      put(path);
    for (const path of [
      'notes.md',
      'node_modules/a.yml',
      'x/.venv/lib/a.py',
      '.git/a.yml',
      '.migrate-scheduler/a.yml',
    ]) {
      put(path);
    }
    expect(await found()).toEqual([
      'Dockerfile.prod',
      'a.yml',
      'app/w.py',
      'bin/start',
      'run.sh',
      'sub/b.yml',
      'uv.lock',
    ]);
  });

  it('respects .gitignore files at every level, but reads dotenv files', async () => {
    put('.gitignore', '/build/\n*.local.yml\n.env\n');
    put('sub/.gitignore', '!keep.local.yml\nsecret.yml\n');
    for (const path of ['build/a.yml', 'x.local.yml', 'sub/keep.local.yml', 'sub/secret.yml', 'secret.yml'])
      put(path);
    put('.env', 'A=1');
    const files = await readProjectFiles(root, (p) => p.endsWith('.yml') || p === '.env');
    expect(files.map((f) => f.path)).toEqual(['.env', 'secret.yml', 'sub/keep.local.yml']);
    expect(files[0]?.text).toBe('A=1');
  });

  it('reads bytes as they are, skips big files and symbolic links', async () => {
    put('a.yml', Buffer.from([0xef, 0xbb, 0xbf, 0xb6, 0x0d, 0x0a]));
    put('big.yml', Buffer.alloc(1024 * 1024 + 1));
    symlinkSync(join(root, 'a.yml'), join(root, 'link.yml'));
    expect(await readProjectFiles(root, (p) => p.endsWith('.yml'))).toEqual([
      { path: 'a.yml', text: '\xef\xbb\xbf\xb6\r\n' },
    ]);
  });

  it('does not pass over a file that may not be read, unless it is left out', async () => {
    put('a.yml');
    put('closed.yml');
    chmodSync(root, 0o755);
    chmodSync(join(root, 'closed.yml'), 0);
    const yml = (path: string) => path.endsWith('.yml');
    const user = process.geteuid?.();
    if (user === 0) process.seteuid?.(65534);
    try {
      await expect(readProjectFiles(root, yml)).rejects.toThrow(FileUnreadableError);
      expect(await readProjectFiles(root, yml, { exclude: ['closed.yml'] })).toHaveLength(1);
    } finally {
      if (user === 0) process.seteuid?.(0);
    }
  });
});

describe('readProjectFiles with a search', () => {
  it('marks what only the search asks for, and leaves out what says nothing or is binary', async () => {
    put('a.yml', 'x');
    put('main.tf', 'rqscheduler');
    put('other.tf', 'nginx');
    put('image.tf', Buffer.from('rqscheduler\0'));
    put('ignored.tf', 'rqscheduler');
    put('.gitignore', 'ignored.tf\n');
    const search = {
      path: (path: string) => path.endsWith('.tf'),
      text: (text: string) => text.includes('rqscheduler'),
    };
    expect(await readProjectFiles(root, (p) => p.endsWith('.yml'), {}, search)).toEqual([
      { path: 'a.yml', text: 'x' },
      { path: 'main.tf', text: 'rqscheduler', searched: true },
    ]);
  });
});

describe('write-files', () => {
  const change = {
    path: 'f.txt',
    kind: 'k',
    action: 'edit' as const,
    edits: [
      { start: 1, end: 2, text: '\xff', why: 'w' },
      { start: 3, end: 3, text: 'x', why: 'w' },
    ],
    before: sha256('abc\r\n'),
    after: sha256('a\xffcx\r\n'),
    diff: '',
  };

  it('computes the planned bytes of the planned file only', () => {
    put('f.txt', 'abc\r\n');
    expect(Buffer.from(planFileBytes(root, change)).toString('latin1')).toBe('a\xffcx\r\n');
    expect(() => planFileBytes(root, { ...change, after: sha256('other') })).toThrow(FileChangedError);
    put('f.txt', 'abd\r\n');
    expect(() => planFileBytes(root, change)).toThrow(FileChangedError);
  });

  it('creates only where there is no file', () => {
    const creation = {
      ...change,
      action: 'create' as const,
      edits: [{ start: 0, end: 0, text: 'n', why: 'w' }],
    };
    const planned = { ...creation, before: null, after: sha256('n') };
    expect(Buffer.from(planFileBytes(root, planned)).toString()).toBe('n');
    put('f.txt', '');
    expect(() => planFileBytes(root, planned)).toThrow(FileChangedError);
  });

  it('replaces a file with its mode and leaves nothing else behind', async () => {
    put('sub/f.sh', 'old');
    chmodSync(join(root, 'sub/f.sh'), 0o750);
    const mode = fileMode(root, 'sub/f.sh');
    writeFileAtomically(root, 'sub/f.sh', Buffer.from('new'), mode);
    expect(readFileSync(join(root, 'sub/f.sh'), 'utf8')).toBe('new');
    expect(statSync(join(root, 'sub/f.sh')).mode & 0o777).toBe(0o750);
    expect(readdirSync(join(root, 'sub'))).toEqual(['f.sh']);
  });

  it('backs up and restores bytes and mode, of a deleted file too', async () => {
    put('f.txt', Buffer.from([0xb6, 0xa8]));
    chmodSync(join(root, 'f.txt'), 0o600);
    const mode = fileMode(root, 'f.txt');
    const hash = fileHash(root, 'f.txt');
    const backup = join(root, '.migrate-scheduler/b/f.txt');
    saveBackup(root, 'f.txt', backup);
    expect([backup, dirname(backup)].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700]);
    removeFile(root, 'f.txt', hash);
    expect(fileHash(root, 'f.txt')).toBeNull();
    expect(fileMode(root, 'f.txt')).toBeNull();
    restoreBackup(root, 'f.txt', backup, mode);
    expect(fileHash(root, 'f.txt')).toBe(hash);
    expect(statSync(join(root, 'f.txt')).mode & 0o777).toBe(0o600);
  });

  it('does not delete a file that has changed', () => {
    put('f.txt', 'a');
    expect(() => removeFile(root, 'f.txt', sha256('b'))).toThrow(FileChangedError);
    expect(existsSync(join(root, 'f.txt'))).toBe(true);
  });

  it('never leaves the project', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'f'), 'x');
    symlinkSync(outside, join(root, 'link'));
    for (const path of ['../f', join(outside, 'f'), 'link/f', 'link/new']) {
      expect(() => writeFileAtomically(root, path, Buffer.from('y'), null)).toThrow(PathOutsideError);
      expect(() => fileHash(root, path)).toThrow(PathOutsideError);
    }
    expect(readdirSync(outside)).toEqual(['f']);
    rmSync(outside, { recursive: true });
  });
});
