/** Files of configuration by their ending. */
const CONFIG =
  /\.(ya?ml|json[c5]?|toml|ini|cfg|conf|cnf|config|properties|service|tf|tfvars|hcl|nomad|j2|jinja2?|tmpl|tpl|template|erb|gotmpl|ps1|bat|cmd|fish|zsh|ksh|mk|just|nix|bicep|plist|rules|cron|crontab|container|sls|pp)$/i;
const NAMED =
  /(^|\/)(Jenkinsfile|Vagrantfile|[Jj]ustfile|Tiltfile|Earthfile|Containerfile[^/]*|Taskfile|crontab|ecosystem\.config\.c?js|run)$/;
/** Prose, lock files, tests, and what tools write. */
const OUT =
  /\.(md|rst|txt|adoc|lock|ipynb|map)$|(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|conda-lock\.yml|poetry\.toml|mypy\.ini|CHANGELOG[^/]*|renovate\.json|\.pre-commit-config\.yaml|dependabot\.yml)$|(^|\/)(tests?|__tests__|specs?|testdata|fixtures|docs?|mkdocs\.ya?ml)(\/|$)/i;

/** A file that no kind knows, and that may start the scheduler or watch its keys. */
export function isSearched(path: string): boolean {
  return (CONFIG.test(path) || NAMED.test(path)) && !OUT.test(path);
}

/** May a file that a kind or a command knows be told of as well? */
export function isToldOf(path: string): boolean {
  return !OUT.test(path) && !/\.py$/.test(path);
}

/** May starts of rq-scheduler in a Python file be told? */
export function isPythonToldOf(path: string): boolean {
  return /\.py$/.test(path) && !OUT.test(path) && !/(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(path);
}

/** What this tool itself has written: a saved plan, `verify --format json --out`. */
const OWN_DOCUMENT = /^\s*\{\s*"schema":\s*"migrate-scheduler\//;

/** Is there anything in a text that the search would find? A quick look, before it is kept. */
export function isWorthSearching(text: string): boolean {
  if (OWN_DOCUMENT.test(text)) return false;
  return /rq[-_.]?scheduler|rq:scheduler|\brq["',\s]+(?:scheduler|worker)|rqworker|\b(?:docker|podman)[- ]compose\b|\b(?:kubectl|heroku|supervisorctl)\b/.test(
    text,
  );
}
