import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** SHA-256 in hexadecimal over names and contents of files and folders (one that does not exist is absent), and a text. */
export function contentHash(paths: readonly string[], text = ""): string {
	const hash = createHash("sha256").update(text);
	for (const file of paths.flatMap(filesUnder).sort()) {
		const content = readFileSync(file);
		hash.update(`${file}\0${content.length}\0`).update(content);
	}
	return hash.digest("hex");
}

function filesUnder(path: string): string[] {
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [path];
	return readdirSync(path).flatMap((name) => filesUnder(join(path, name)));
}
