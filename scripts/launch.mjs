// Plain JavaScript, so that an old Node can read it and say what is wrong.
import { pathToFileURL } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
	console.error(
		`Hostmaster needs Node 22.18 or newer; this is ${process.version} (${process.execPath}).\n` +
			"On Linux with glibc 'npm ci' brings Node 24 by itself: run things through npm (npm start), not node.\n" +
			"Elsewhere install Node 24 from https://nodejs.org and try again.",
	);
	process.exit(1);
}

const [script, ...args] = process.argv.slice(2);
const path = pathToFileURL(script);
// The script sees the arguments as if it had been started itself.
process.argv = [process.execPath, script, ...args];
await import(path.href);
