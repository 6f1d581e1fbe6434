import { resolve } from "node:path";
import { argv } from "node:process";

/** True in the module that was asked to run, by Node itself or by launch.mjs (for which `import.meta.main` is false). */
export function isStarted({ filename }: ImportMeta): boolean {
	return resolve(argv[1] ?? "") === filename;
}
