/**
 * Titles a test or a group of tests that needs Debian packages. Where they are absent the test is to be skipped, and the
 * title says for want of what; the closing line of the run (`skipped-reporter.ts`) is made of these titles.
 *
 * @param packages as `apt-get install` takes them
 */
export const needs = (packages: string, isThere: boolean, title: string): string =>
  isThere ? title : `${title} [needs ${packages}]`;

/** What the native back end needs. */
export const NATIVE_PACKAGES = "libopenblas0-pthread";
