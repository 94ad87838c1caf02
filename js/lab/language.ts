// Words in the language that JupyterLab speaks.

/** JupyterLab writes its language setting there, before it activates plugins that have commands. */
export function isChinese(): boolean {
  // Files are also read where there is no page, in tests.
  return typeof document !== "undefined" && document.documentElement.lang.toLowerCase().startsWith("zh");
}

/** Words that are read in JupyterLab's language at the time they are read: parts of them may be kept by a name. */
export function inLanguage<T extends object>(own: T, theirs: T): T {
  return new Proxy(own, {
    get: (_, key) => {
      const [here, there] = [own[key as keyof T], theirs[key as keyof T]];
      if (here && typeof here === "object") return inLanguage(here, there as typeof here);
      return isChinese() ? there : here;
    },
  });
}
