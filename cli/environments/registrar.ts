import { readFileSync } from "node:fs";
import { buildFunctions, lockFile, zipFile } from "../../scripts/build.ts";
import { withLock } from "../../scripts/lock.ts";
import { registrarZipDigests } from "../../scripts/package.ts";
import { registrarTemplate, withZips } from "../../scripts/package-registrar.ts";
import { digestOf } from "../../scripts/release.ts";
import { artifactParameter, tagsOf, zipKey } from "../../scripts/release-template.ts";
import { type ArtifactStore, putOnce, urlOf } from "../../services/artifacts.ts";
import type { Context } from "../context.ts";
import { requireAccount } from "./account.ts";
import { ensureArtifacts } from "./artifact-bucket.ts";
import { carryOut, planLines, planned, settleStack } from "./deploy-stack.ts";
import { type Landscape, requireSet } from "./landscape.ts";
import type { Step } from "./steps.ts";

/** What the registrar's stack takes: apex zones, their policy records, a role for each delegation, and who looks after the registrations. Each step can be repeated. */
export function registrarSteps({ registrar }: Landscape, context: Context): Step[] {
	const { accountId, account, values, parameters, unset } = registrar;
	const target = { client: account.cloudformation, stackName: "hostmaster-registrar", pollMs: account.pollMs };
	requireSet(unset);
	let store: ArtifactStore | undefined;
	return [
		{ name: "account", act: () => requireAccount(account, accountId, "the registrar") },
		{
			name: "artifacts",
			act: async () => {
				({ store } = await ensureArtifacts(account, "registrar", context));
				return store.bucket;
			},
		},
		{
			name: "stack",
			act: async () => {
				if (!store) throw new Error("A step was left out.");
				const zips = await uploadFunctions(store, context);
				const text = JSON.stringify(withZips(registrarTemplate(values), zips));
				const digest = digestOf(text);
				const key = `templates/${digest}.json`;
				await putOnce(store, { key, sha256: digest }, text);
				await settleStack(target, context);
				const change = await planned(target, {
					...{ name: `registrar-${digest.slice(0, 32)}`, template: { url: urlOf(store, key) } },
					parameters: { ...parameters, [artifactParameter]: store.bucket },
					tags: tagsOf("registrar"),
				});
				if (change.outcome === "empty") return "hostmaster-registrar is so already";
				for (const line of planLines(change.resources)) context.tell(`      ${line}`);
				await carryOut(target, change, context);
				return `${values.apexes.length} apexes, ${values.delegations.length} delegations`;
			},
		},
	];
}

/** Builds the registrar's functions, and brings them into its store; answers their SHA-256 by key. Safe to repeat. */
async function uploadFunctions(store: ArtifactStore, { tell }: Context): Promise<Record<string, string>> {
	await withLock(lockFile, () => buildFunctions((line) => tell(`      ${line}`)));
	const zips = registrarZipDigests();
	for (const [key, sha256] of Object.entries(zips)) {
		await putOnce(store, { key: zipKey(sha256), sha256 }, () => readFileSync(zipFile(key)));
	}
	return zips;
}
