const CI =
  /^(\.github\/(workflows|actions)\/.+\.ya?ml|\.gitlab-ci(\.[^/]+)?\.ya?ml|\.gitlab\/.+\.ya?ml|\.circleci\/.+\.ya?ml|\.(travis|drone|woodpecker|cirrus|appveyor)\.ya?ml|\.woodpecker\/.+\.ya?ml|\.buildkite\/.+\.ya?ml|appveyor\.yml|(azure|bitbucket)-pipelines\.ya?ml|cloudbuild\.ya?ml|buildspec\.ya?ml)$/;

/** True for what a build server runs: GitHub, GitLab, CircleCI, Travis and others. */
export function isCiPath(path: string): boolean {
  return CI.test(path);
}
